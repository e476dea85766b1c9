/**
 * What the binary offers, as the package itself calls it. Nobody else should: it changes without notice.
 *
 * @module
 */

import type { Answer, MessageValue, Stop } from '../request.js';

/** Where a proxy's channels lead. */
export class CoreLink {
  private constructor();
  static port(control: MessagePort, lost: (reason: string) => void): CoreLink;
  static web(
    connect: (address: string) => unknown,
    exchange: (address: string, body: never, stop: Stop) => Promise<Answer>,
    most: number,
    piece: number,
    values: boolean,
    idle: number,
    answer: number,
  ): CoreLink;
  static memory(host: CoreHost): CoreLink;
  cut(reason: string): void;
  hangUp(reason: string): void;
  free(): void;
}

/** Collects records of several ends. */
export class CoreFeed {
  constructor(capacity: number);
  tap(node: number): CoreTap;
  wait(): Promise<void>;
  take(): [records: unknown[], lost: number];
  ring(): void;
  free(): void;
}

/** Listens to one end. */
export class CoreTap {
  private constructor();
  renew(): void;
  free(): void;
}

/** How the calls of a proxy end. */
export interface Settle {
  headers(call: number, texts: string[]): void;
  resolve(call: number, value: unknown): void;
  reject(call: number, error: unknown): void;
}

/** What the package does for an end that serves. */
export interface Users {
  invoke(object: unknown, operation: number, parameters: unknown, at: number): unknown;
  create(at: number): unknown;
  release(object: unknown, dispose: boolean): void;
  authorize(at: number): unknown;
  failure(thrown: unknown): unknown;
  provideFault(failure: unknown, at: number): unknown;
  handleError(failure: unknown, at: number): boolean;
  outcomeOf(result: unknown): number;
  thrownBy(result: unknown): unknown;
}

/** An operation in progress. */
export class CoreContext {
  private constructor();
  readonly operation: string;
  readonly session: string | undefined;
  readonly headers: string[];
  readonly callsBack: boolean;
  addReplyHeader(name: string, value: string): void;
  call(operation: number, parameters: unknown): Promise<unknown>;
  callOut(begin: () => unknown): Promise<unknown>;
  onCancelled(then: () => void): void;
  onCompleted(then: () => void): void;
  state(of: number): Map<unknown, unknown>;
  releaseInstance(): void;
  closeSession(): void;
  abortSession(): void;
  free(): void;
}

/** A proxy. */
export class CoreProxy {
  constructor(
    config: object,
    link: CoreLink,
    settle: Settle,
    users: Users | undefined,
    tap: CoreTap | undefined,
  );
  readonly phase: number;
  readonly pending: number;
  open(): Promise<void>;
  close(): Promise<void>;
  abort(): void;
  reset(): void;
  abandon(group: number): void;
  call(call: number, operation: number, parameters: unknown): void;
  callWith(call: number, operation: number, parameters: unknown, group: number, millis: number | undefined, headers: string[] | undefined, within: number | undefined): void;
  stop(call: number): void;
  context(at: number): CoreContext | undefined;
  settleCallback(at: number, succeeded: boolean, value: unknown): void;
  leaks(): string[];
  snapshot(): unknown;
  free(): void;
}

/** A port by which a page finds the hosts of a worker. */
export class CoreBoard {
  constructor(control: MessagePort);
  free(): void;
}

/** A host. */
export class CoreHost {
  constructor(
    config: object, users: Users, object: unknown, answered: (request: number, answer: unknown) => void, tap: CoreTap | undefined,
  );
  readonly phase: number;
  readonly addresses: (string | boolean)[];
  open(): Promise<void>;
  close(): Promise<void>;
  abort(): void;
  acceptPort(board: CoreBoard): void;
  acceptSocket(address: string, socket: object): void;
  request(request: number, address: string, text: string): void;
  requestValue(request: number, address: string, message: MessageValue): void;
  gone(request: number): void;
  context(at: number): CoreContext | undefined;
  settle(at: number, succeeded: boolean, value: unknown): void;
  leaks(): string[];
  snapshot(): unknown;
  free(): void;
}

export function tellPanic(listener: (reason: string) => void): void;
export function heldValues(): number;
export function memorySize(): number;
/** Panics, for tests of what is left then. */
export function panic(): never;

/** What the binary can be made of. */
export type InitInput = URL | Request | Response | BufferSource | WebAssembly.Module | string;
export function initSync(input: { module: BufferSource | WebAssembly.Module }): unknown;
export default function init(input: { module_or_path: InitInput | Promise<InitInput> }): Promise<unknown>;
