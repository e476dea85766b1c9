/**
 * `sessionful/wcf` for Node: its binaries are read from the files beside it (the one that carries messages is
 * built to be fast and not to be small), sockets are those of `ws`, requests go by `node:http`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideNode } from '../node/platform.js';
import { provideBinaries } from '../wcf/binary.js';

export * from '../wcf/index.js';

const file = (name: string) => readFile(new URL(`../wasm/${name}_bg.wasm`, import.meta.url));
provideBinaries(async () => ({ glue: await import('../wasm/fast/wcf.js'), source: file('fast/wcf') }), () => file('wsdl'));
provideNode();
