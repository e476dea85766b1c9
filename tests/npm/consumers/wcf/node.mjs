import { call } from './call.mjs';

console.log(JSON.stringify(await call()));
