/**
 * Single calls over HTTP: an envelope is posted, and what comes back is one, or nothing.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import type { WcfCodec } from '../wasm/wcf.js';
import { reasonOf } from './binary.js';

/** Sends a request. */
export type Post = (address: string, init: RequestInit) => Promise<Response>;

const JSON_TYPE = 'application/json';

/** What the runtime sees of an answer. */
function answer(status: number, text: string): Response {
  return { status, headers: new Headers({ 'content-type': JSON_TYPE }), text: async () => text } as unknown as Response;
}

/** A message of the runtime as a request, and its answer as the runtime reads it. */
export async function exchange(
  codec: WcfCodec, post: Post, address: string, message: string, init: RequestInit, headers: Headers,
): Promise<Response> {
  let body: Uint8Array;
  try {
    const [, contentType, soapAction, envelope] = codec.encodeEntity(JSON.parse(message) as object);
    body = envelope;
    headers.set('content-type', contentType);
    if (soapAction !== undefined) headers.set('soapaction', `"${soapAction}"`);
  } catch (thrown) {
    // It never left, so it is the caller's mistake, not the network's.
    const fault = { code: 'NotCloneable', reason: reasonOf(thrown) };
    return answer(200, JSON.stringify({ v: 1, action: '', fault }));
  }
  const response = await post(address, { ...init, method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers, redirect: 'manual' });
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const contentType = response.headers.get('content-type') ?? '';
  if (bytes.length === 0) return answer(response.status, '');
  // A fault may come with any status: SOAP 1.2 says 400 for some.
  if (!codec.accepts(contentType)) {
    if (response.status !== 200) return answer(response.status, '');
    throw errorOf('TRANSPORT_CONTENT_TYPE', { found: contentType || 'something without a content type' });
  }
  try {
    return answer(200, JSON.stringify(codec.decodeEntity(response.status, contentType, undefined, bytes)));
  } catch (thrown) {
    throw errorOf('TRANSPORT_CONTENT_TYPE', { found: `SOAP that cannot be read: ${reasonOf(thrown)}` }, { cause: thrown });
  }
}
