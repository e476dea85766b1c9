import { report } from '../calls.mjs';
import { call } from './call.mjs';

report(call());
