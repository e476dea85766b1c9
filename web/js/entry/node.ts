/**
 * The package for Node: the binary is read from the file beside it, sockets are those of `ws`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideLoader } from '../loader.js';
import { provideWebSocket } from '../transport.js';

export * from '../index.js';

provideLoader(() => readFile(new URL('../wasm/sessionful_bg.wasm', import.meta.url)));
provideWebSocket(async () => (await import('ws')).default as never);
