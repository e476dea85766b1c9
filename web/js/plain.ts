/**
 * The build that only calls: no hosts, no callback objects, no feeds of events.
 *
 * @module
 */

import { callsSource, type InitSource } from './loader.js';
import { Build, type Core } from './runtime.js';
import * as glue from './wasm/client.js';

/** Enough for proxies that nobody calls back or listens to; what it lacks they do not touch. */
export const PLAIN = new Build(glue as unknown as Core, callsSource);

/**
 * Loads the runtime; every later call returns the same promise. Opening a proxy does it by itself.
 *
 * @param source where the binary that only calls is: a URL, a request, a response, bytes, a compiled
 *   module, or a promise of these. The file beside the package unless given.
 */
export async function init(source?: InitSource): Promise<void> {
  await PLAIN.load(source);
}

/**
 * Loads the runtime from a module that is compiled already, at once.
 *
 * @throws StateError `NOT_INITIALIZED` while `init()`, or whatever opened first, is loading it: await that.
 */
export function initSync(module: BufferSource | WebAssembly.Module): void {
  PLAIN.loadSync(module);
}
