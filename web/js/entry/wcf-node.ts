/**
 * `sessionful/wcf` for Node: its binaries are read from the files beside it, sockets are those of `ws`,
 * requests go by `node:http`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { provideNode } from '../node/platform.js';
import { provideBinaries } from '../wcf/binary.js';

export * from '../wcf/index.js';

const file = (name: string) => () => readFile(new URL(`../wasm/${name}_bg.wasm`, import.meta.url));
provideBinaries(file('wcf'), file('wsdl'));
provideNode();
