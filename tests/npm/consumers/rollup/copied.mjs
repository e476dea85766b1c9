// Or it is a file that the build copies beside the script.
import * as sessionful from 'sessionful/slim';
import { calls, report } from '../calls.mjs';

report(sessionful.init(new URL('./sessionful_bg.wasm', import.meta.url)).then(() => calls(sessionful)));
