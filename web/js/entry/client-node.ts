/**
 * `sessionful/client` for Node: the binary is read from the file beside it, sockets are those of `ws`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideCallsLoader } from '../loader.js';
import { provideWebSocket } from '../transport.js';

export * from '../client.js';

provideCallsLoader(() => readFile(new URL('../wasm/client_bg.wasm', import.meta.url)));
provideWebSocket(async () => (await import('ws')).default as never);
