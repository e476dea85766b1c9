/**
 * Service proxies that can do everything.
 *
 * @module
 */

import { Caller, type ProxyEnd } from './caller.js';
import type { Contract } from './contract.js';
import { errorOf } from './errors.js';
import type { EventFeed } from './events.js';
import { checkMethods, refuse } from './options.js';
import type { Build, Core } from './runtime.js';
import { usersOf } from './users.js';
import type { CoreTap, Users } from './wasm/sessionful.js';
import { WHOLE } from './whole.js';
import { runWithin } from './within.js';

export type { CallOptions } from './call-options.js';
export type { BindingOptions, CallbackOption, CallerOptions, ProxyOptions } from './caller.js';

/**
 * Calls a service: over one channel for its whole open period if contract and binding have sessions
 * (`PROXY-11`), over a pooled channel for each call if they have none (`PROXY-12`).
 *
 * Close it. One that nobody knows any more is closed by the collector, some time; one that can be called back lives
 * until it is closed or aborted.
 *
 * ```ts
 * await using calculator = new ServiceProxy(Calculator, { address: 'https://example.com/calculator' });
 * await calculator.open();
 * console.log(await calculator.call.add(1, 2));
 * ```
 */
export class ServiceProxy<C extends Contract = Contract> extends Caller<C> {
  protected override runtime(): Build {
    return WHOLE;
  }

  protected override serve(object: object | undefined, end: ProxyEnd): Users {
    const contract = this.contract.callback;
    if (contract === undefined) throw errorOf('UNKNOWN_OPERATION', { operation: 'callbacks' });
    if (object === undefined) refuse('callbacks', 'is missing: the contract calls back');
    checkMethods('callbacks', object, contract.operations);
    const users = usersOf(contract, () => ({
      context: (at) => end.core?.deref()?.context(at),
      settle: (at, succeeded, value) => end.core?.deref()?.settleCallback(at, succeeded, value),
    }), { within: (at, run) => runWithin(end, at, run) });
    return { ...users, invoke: (_: unknown, operation: number, given: unknown, at: number) => users.invoke(object, operation, given, at) };
  }

  protected override tap(events: EventFeed, loaded: Core, node: number): CoreTap {
    return events.tap(loaded, node);
  }
}
