import * as sessionful from 'sessionful';
import { calls, report } from '../calls.mjs';

report(calls(sessionful));
