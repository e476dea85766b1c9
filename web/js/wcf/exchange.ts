/**
 * Single calls over HTTP: an envelope is posted, and what comes back is one, or nothing.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import type { FetchAnswer, PlainHeaders, Sender } from '../transport.js';
import { reasonOf } from './binary.js';
import { encode, type EntityCodec, type Envelope, type RuntimeMessage } from './envelope.js';

const JSON_TYPE = { get: () => 'application/json' };

/** What the runtime sees of an answer. */
function answer(status: number, text: string): FetchAnswer {
  return { status, headers: JSON_TYPE, text: async () => text, arrayBuffer: async () => new ArrayBuffer(0) };
}

/** A message of the runtime as a request, and its answer as the runtime reads it. */
export async function exchange(
  codec: EntityCodec, post: Sender, address: string, message: string, init: RequestInit, headers: PlainHeaders,
): Promise<FetchAnswer> {
  let body: Envelope;
  let own: PlainHeaders;
  try {
    const request = JSON.parse(message) as RuntimeMessage;
    const [contentType, soapAction] = codec.head(request.action);
    body = encode(codec.codec, request);
    own = { 'content-type': contentType, ...(soapAction === undefined ? {} : { soapaction: `"${soapAction}"` }) };
  } catch (thrown) {
    // It never left, so it is the caller's mistake, not the network's.
    const fault = { code: 'NotCloneable', reason: reasonOf(thrown) };
    return answer(200, JSON.stringify({ v: 1, action: '', fault }));
  }
  const response = await post(address, { ...init, method: 'POST', body, headers: { ...headers, ...own }, redirect: 'manual' });
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const contentType = response.headers?.get('content-type') ?? '';
  if (bytes.length === 0) return answer(response.status, '');
  // A fault may come with any status: SOAP 1.2 says 400 for some.
  if (!codec.accepts(contentType)) {
    if (response.status !== 200) return answer(response.status, '');
    throw errorOf('TRANSPORT_CONTENT_TYPE', { found: contentType || 'something without a content type' });
  }
  try {
    return answer(200, codec.decode(bytes));
  } catch (thrown) {
    throw errorOf('TRANSPORT_CONTENT_TYPE', { found: `SOAP that cannot be read: ${reasonOf(thrown)}` }, { cause: thrown });
  }
}
