/**
 * The package for browsers: the binary is the file beside it.
 *
 * @module
 */

import { provideLoader } from '../loader.js';

export * from '../index.js';

provideLoader(() => new URL('../wasm/sessionful_bg.wasm', import.meta.url));
