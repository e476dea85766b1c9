/**
 * `sessionful/client` for Node: the binary is read from the file beside it, sockets are those of `ws`,
 * requests go by `node:http`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideCallsLoader } from '../loader.js';
import { provideNode } from '../node/platform.js';

export * from '../client.js';

provideCallsLoader(() => readFile(new URL('../wasm/client_bg.wasm', import.meta.url)));
provideNode();
