/**
 * What an operation is told about the call that it carries out, and what it can do with it.
 *
 * @module
 */

import type { CallbackClient, Contract, OperationNames } from './contract.js';
import type { ReadonlyHeaders } from './headers.js';

/** Where state can hang; each map is dropped with its owner (`CTX-7`). */
export interface OperationState {
  /** For this call. */
  readonly operation: Map<unknown, unknown>;
  /** For the session; without one, for this call. */
  readonly session: Map<unknown, unknown>;
  /** For the instance context. */
  readonly instance: Map<unknown, unknown>;
  /** For as long as the host. */
  readonly host: Map<unknown, unknown>;
}

/**
 * The context of one call, given to an operation after its arguments. It is good for that call only
 * (`CTX-4`): what is to last longer is the callback client or a state map, not this.
 */
export interface OperationContext<C extends Contract = Contract> {
  /** The name of the operation. */
  readonly operation: OperationNames<C>;
  /** The name of the session, which nobody can guess (`SESS-23`); none without a session. */
  readonly session: string | undefined;
  /** What the caller sent beside the arguments. */
  readonly headers: ReadonlyHeaders;
  /**
   * Aborted when the result can reach nobody any more: the caller gave up, or the session or the host
   * is gone. The operation may go on; it is only told.
   */
  readonly signal: AbortSignal;
  /**
   * Calls the client over the session that it opened (`CTX-3`). It may be kept until the session ends
   * (`CONC-11`). With concurrency mode single only one-way operations can be awaited (`CONC-12`).
   */
  readonly callback: CallbackClient<C>;
  /** State of this call, its session, its instance context and its host. */
  readonly state: OperationState;
  /**
   * Sends a header along with the reply (`CTX-5`), for the caller's `onReplyHeaders`. Without effect in a one-way
   * operation.
   *
   * @param name not one that begins with `sessionful-`, which are the runtime's own.
   */
  addReplyHeader(name: string, value: string): void;
  /**
   * Waits for something outside. In concurrency mode reentrant the gate is let go until it is there, so
   * other operations may run on the same object meanwhile, and won back before this returns (`CONC-5`).
   * In the other modes it just waits. Calls through `callback` do this by themselves.
   *
   * Give a function rather than a promise if its beginning matters: it is called once the gate is free.
   * Rejects as `work` does.
   */
  callOut<T>(work: PromiseLike<T> | (() => T | PromiseLike<T>)): Promise<T>;
  /** Gives the service object up at once; the next message of its context gets a fresh one (`INST-19`). */
  releaseInstance(): void;
  /**
   * Ends the session in good order (`SESS-20`), at once: a reply of this operation is lost. To end it behind the
   * reply, `context.onCompleted(() => context.closeSession())`.
   */
  closeSession(): void;
  /** Cuts the session off at once. */
  abortSession(): void;
  /** Has `handler` called once when the operation has ended, however it ends (`CTX-6`). */
  onCompleted(handler: () => void): void;
}
