/**
 * Where the binary is, if nobody says so. Apart from what loads it: so whoever imports an entry of the
 * package for a contract alone gets this and no more.
 *
 * @module
 */

import type { InitInput } from './wasm/sessionful.js';

/** What `init` can be given: where the binary is, or what is in it. */
export type InitSource = InitInput | Promise<InitInput>;

let provided: (() => InitSource) | undefined;
let providedForCalls: (() => InitSource) | undefined;

/** Says where the binary is; for the entries of the package. */
export function provideLoader(load: () => InitSource): void {
  provided = load;
}

/** Says where the binary is that only calls; for `sessionful/client`. */
export function provideCallsLoader(load: () => InitSource): void {
  providedForCalls = load;
}

/** What the entry said, if it said anything. */
export function defaultSource(): InitSource | undefined {
  return provided?.();
}

/** What the entry said of the binary that only calls. */
export function callsSource(): InitSource | undefined {
  return providedForCalls?.();
}
