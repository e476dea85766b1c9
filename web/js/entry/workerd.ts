/**
 * The package for workerd, which compiles no binary at run time: the module is imported.
 *
 * @module
 */

import { provideLoader } from '../loader.js';
import module from '../wasm/sessionful_bg.wasm';

export * from '../index.js';

provideLoader(() => module);
