/**
 * Single calls over HTTP: an envelope is posted, and what comes back is one, or nothing.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import { isReadable, type Answer, type FetchAnswer, type MessageValue, type PlainHeaders, type Stop } from '../request.js';
import { reasonOf } from './binary.js';
import { encode, valueOf, type EntityCodec, type Envelope, type RuntimeMessage } from './envelope.js';

/** Posts envelopes, with what stands beside them. */
export interface Post {
  send(body: Envelope, headers: PlainHeaders): Promise<FetchAnswer>;
  /** Why nothing came back. */
  explain(cause: unknown): unknown;
}

/** A message of the runtime as a request, and its answer as the runtime has it. */
export async function exchange(codec: EntityCodec, post: Post, message: MessageValue, stop: Stop): Promise<Answer> {
  let body: Envelope;
  let headers: PlainHeaders;
  try {
    headers = codec.headers(message[1]);
    body = encode(codec.codec, message);
  } catch (thrown) {
    // It never left, so it is the caller's mistake, not the network's.
    const fault = { code: 'NotCloneable', reason: reasonOf(thrown) };
    return [200, '', valueOf({ action: '', fault })];
  }
  let response: FetchAnswer;
  try {
    response = await post.send(body, headers);
  } catch (cause) {
    throw post.explain(cause);
  }
  const { status } = response;
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) return [0, '', ''];
  const bytes = isReadable(response) ? await stop.read(response) : new Uint8Array(await response.arrayBuffer());
  if (bytes.length === 0) return [status, '', ''];
  // A fault may come with any status: SOAP 1.2 says 400 for some.
  const contentType = response.headers?.get('content-type') ?? '';
  if (!codec.accepts(contentType)) {
    if (status !== 200) return [status, '', ''];
    throw errorOf('TRANSPORT_CONTENT_TYPE', { found: contentType || 'something without a content type' });
  }
  try {
    return [200, '', valueOf(JSON.parse(codec.decode(bytes)) as RuntimeMessage)];
  } catch (thrown) {
    throw errorOf('TRANSPORT_CONTENT_TYPE', { found: `SOAP that cannot be read: ${reasonOf(thrown)}` }, { cause: thrown });
  }
}
