import * as sessionful from 'sessionful';
import { calls } from '../calls.mjs';

export default {
  async fetch() {
    return Response.json(await calls(sessionful));
  },
};
