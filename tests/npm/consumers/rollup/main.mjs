// With nothing but @rollup/plugin-node-resolve: the binary is in the script.
import * as sessionful from 'sessionful/inline';
import { calls, report } from '../calls.mjs';

report(calls(sessionful));
