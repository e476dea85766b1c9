/**
 * `sessionful/worker`: what a worker needs that does nothing but host.
 *
 * ```ts
 * // counter.worker.ts
 * import { ServiceHost } from 'sessionful';
 * import { hostIn } from 'sessionful/worker';
 *
 * hostIn(self, [new ServiceHost(Counter, { service: CounterService })]);
 * ```
 *
 * The page connects with `port(new Worker(new URL('./counter.worker.ts', import.meta.url), { type: 'module' }))`.
 * Your services are code, so the script of the worker is yours: this module has no effect by itself.
 *
 * @module
 */

import type { Scope } from '../host.js';

/** What can be hosted: a `ServiceHost` or a `HostGroup`. */
export interface Hosted {
  open(): Promise<void>;
  serve(scope: Scope): void;
  serveFetch(scope: Scope): void;
}

/**
 * Serves the pages of a worker: dedicated, shared or service worker. Call it while the script of the
 * worker is first run, before anything is awaited: who connects before that is not heard.
 *
 * In a service worker requests to the addresses of the hosts are answered as well; when it takes over
 * its pages (`skipWaiting`, `clients.claim`) is left to you.
 *
 * @param scope the worker's `self`.
 * @returns when all hosts are open. If one is not to be opened this rejects, and the failure is reported
 *   as an uncaught error: so the page of a dedicated worker hears of it, and none of its calls waits.
 */
export function hostIn(scope: Scope, hosts: readonly Hosted[]): Promise<void> {
  for (const host of hosts) {
    host.serve(scope);
    if ('onfetch' in scope) host.serveFetch(scope);
  }
  const opening = Promise.all(hosts.map((host) => host.open())).then(() => undefined);
  // A rejection that nobody handles stays inside the worker; an uncaught error does not.
  opening.catch((error: unknown) => setTimeout(() => { throw error; }));
  return opening;
}
