/**
 * `sessionful/client` for workerd, which compiles no binary at run time: the module is imported.
 *
 * @module
 */

import { provideCallsLoader } from '../loader.js';
import module from '../wasm/client_bg.wasm';

export * from '../client.js';

provideCallsLoader(() => module);
