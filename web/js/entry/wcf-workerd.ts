/**
 * `sessionful/wcf` for workerd, which compiles no binary at run time: the modules are imported.
 *
 * @module
 */

import wcf from '../wasm/wcf_bg.wasm';
import wsdl from '../wasm/wsdl_bg.wasm';
import { provideBinaries } from '../wcf/binary.js';

export * from '../wcf/index.js';

provideBinaries(() => ({ source: wcf }), () => wsdl);
