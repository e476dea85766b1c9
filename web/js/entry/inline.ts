/**
 * The package in JavaScript alone: the binary is part of it, a third larger. For single files and for
 * bundlers that cannot be told about anything else.
 *
 * @module
 */

import { provideLoader } from '../loader.js';
import base64 from '../wasm/inline.js';

export * from '../index.js';

provideLoader(() => {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
});
