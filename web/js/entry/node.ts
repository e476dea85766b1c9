/**
 * The package for Node: the binary is read from the file beside it, sockets are those of `ws`,
 * requests go by `node:http`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideLoader } from '../loader.js';
import { provideNode } from '../node/platform.js';

export * from '../index.js';

provideLoader(() => readFile(new URL('../wasm/sessionful_bg.wasm', import.meta.url)));
provideNode();
