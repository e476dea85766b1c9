/**
 * The build that can do everything.
 *
 * @module
 */

import { defaultSource, type InitSource } from './loader.js';
import { Build } from './runtime.js';
import * as glue from './wasm/sessionful.js';

/** Hosts, callback objects and feeds need it. */
export const WHOLE = new Build(glue, defaultSource);

/**
 * Loads the runtime; every later call returns the same promise. Opening a proxy or a host does it by
 * itself, except with the entry `sessionful/slim`, which never fetches anything unasked.
 *
 * @param source where the binary is: a URL, a request, a response, bytes, a compiled module, or a
 *   promise of these. The file beside the package unless given.
 * @throws StateError `NOT_INITIALIZED` if nothing is given and the entry knows no place.
 */
export async function init(source?: InitSource): Promise<void> {
  await WHOLE.load(source);
}

/**
 * Loads the runtime from a module that is compiled already, at once.
 *
 * @throws StateError `NOT_INITIALIZED` while `init()`, or whatever opened first, is loading it: await that.
 */
export function initSync(module: BufferSource | WebAssembly.Module): void {
  WHOLE.loadSync(module);
}
