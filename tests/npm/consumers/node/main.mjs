import * as sessionful from 'sessionful';
import { calls } from '../calls.mjs';

console.log(JSON.stringify(await calls(sessionful)));
