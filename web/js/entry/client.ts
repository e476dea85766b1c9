/**
 * `sessionful/client` for browsers: the binary that only calls is the file beside it.
 *
 * @module
 */

import { provideCallsLoader } from '../loader.js';

export * from '../client.js';

provideCallsLoader(() => new URL('../wasm/client_bg.wasm', import.meta.url));
