/**
 * sessionful: service proxies and service hosts with sessions, wherever JavaScript runs.
 *
 * @module
 */

export * from './context.js';
export * from './contract.js';
export * from './errors.js';
export * from './events.js';
export * from './fault.js';
export * from './from-core.js';
export * from './group.js';
export type { ReadonlyHeaders } from './headers.js';
export * from './host.js';
export { oneWay, operation } from './operation.js';
export type * from './operation.js';
export * from './proxy.js';
export type { InitSource } from './loader.js';
export { runtimeStats, type RuntimeStats, type State } from './runtime.js';
export { init, initSync } from './whole.js';
export type { StandardSchema } from './standard-schema.js';
export { PortSocket } from './port-socket.js';
export { bundled, custom, network, port } from './transport.js';
export type { FetchAnswer } from './request.js';
export type { CustomTransport, NetworkOptions, Transport, WebSocketLike, WorkerLike } from './transport.js';
