/**
 * `sessionful/client`: what a page needs that only calls, with a binary that is two fifths smaller. Proxies
 * made by it have no callback objects, no feed of events and no snapshots; for those import `sessionful`.
 *
 * ```ts
 * import { ServiceProxy, defineContract, operation } from 'sessionful/client';
 * ```
 *
 * @module
 */

import { Caller, type CallerOptions, type ProxyOptions as AllOptions } from './caller.js';
import type { Contract } from './contract.js';
import { errorOf } from './errors.js';
import { PLAIN } from './plain.js';
import type { Build } from './runtime.js';

export type { CallOptions } from './call-options.js';
export type { BindingOptions } from './caller.js';
export * from './contract.js';
export * from './errors.js';
export * from './fault.js';
export * from './from-core.js';
export type { ReadonlyHeaders } from './headers.js';
export { oneWay, operation } from './operation.js';
export type * from './operation.js';
export type { InitSource } from './loader.js';
export { init, initSync } from './plain.js';
export { runtimeStats, type RuntimeStats, type State } from './runtime.js';
export type { StandardSchema } from './standard-schema.js';
export { bundled, custom, network, port } from './transport.js';
export type { FetchAnswer } from './request.js';
export type { CustomTransport, NetworkOptions, Transport, WebSocketLike, WorkerLike } from './transport.js';

/** Options of a {@link ServiceProxy}. Times are in milliseconds; `Infinity` waits for ever. */
export type ProxyOptions = Omit<CallerOptions, 'callback' | 'events'>;

/** A proxy that only calls: without callback objects, feeds of events and snapshots, and else like that of `sessionful`. */
export class ServiceProxy<C extends Contract = Contract> extends Caller<C> {
  /** @throws ContractError, BindingError or OptionError at the latest when it opens, if contract and options do not fit. */
  constructor(contract: C, options: ProxyOptions) {
    super(contract, options as unknown as AllOptions<C>);
  }

  /**
   * Not in this build.
   *
   * @throws BehaviorError always; what exists is shown by the proxies of `sessionful`.
   */
  override snapshot(): never {
    throw errorOf('BEHAVIOR_NOT_SERVING');
  }

  protected override runtime(): Build {
    return PLAIN;
  }

  protected override serve(): never {
    throw errorOf('BEHAVIOR_NOT_SERVING');
  }

  protected override tap(): never {
    throw errorOf('BEHAVIOR_NOT_SERVING');
  }
}
