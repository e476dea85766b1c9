/**
 * `sessionful/wcf` for browsers: its binaries are files beside it.
 *
 * @module
 */

import { provideBinaries } from '../wcf/binary.js';

export * from '../wcf/index.js';

provideBinaries(
  () => ({ source: new URL('../wasm/wcf_bg.wasm', import.meta.url) }),
  () => new URL('../wasm/wsdl_bg.wasm', import.meta.url),
);
