// The bundler leaves `new URL(..., import.meta.url)` alone, so the binary is imported by name: the loader
// `file` copies it beside the script and gives its address.
import * as sessionful from 'sessionful/slim';
import wasm from 'sessionful/wasm';
import { calls, report } from '../calls.mjs';

report(sessionful.init(wasm).then(() => calls(sessionful)));
