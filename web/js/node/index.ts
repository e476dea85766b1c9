/**
 * `sessionful/node`: hosts over `node:http` and `ws`.
 *
 * @module
 */

export type {
  HostAddress, HostIntake, IntakeRequest, IntakeResponse, WebSocketEventName, WebSocketLike,
} from './intake.js';
export { isHostIntake } from './intake.js';
export type { NodeHostEvent, Refusal } from './log.js';
export type { ServeOptions } from './options.js';
export type { OriginPolicy } from './origins.js';
export type { Rate } from './rates.js';
export { serve, serve as listen, type NodeHost } from './serve.js';
