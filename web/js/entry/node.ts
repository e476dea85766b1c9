/**
 * The package for Node: the binary is read from the file beside it, one that is built to be fast and not to
 * be small; sockets are those of `ws`, requests go by `node:http`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideNode } from '../node/platform.js';
import { WHOLE } from '../whole.js';

export * from '../index.js';

WHOLE.provide(async () => ({
  glue: await import('../wasm/fast/sessionful.js'),
  source: readFile(new URL('../wasm/fast/sessionful_bg.wasm', import.meta.url)),
}));
provideNode();
