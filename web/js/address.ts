/**
 * Where addresses lead, and why nothing came back from there.
 *
 * @module
 */

import { errorOf } from './errors.js';
import type { Stop } from './request.js';

/** Makes addresses URLs, relative to a base or to the page's address. Mostly the last one is asked for again. @internal */
export function resolver(base: string | URL | undefined): (address: string) => URL {
  let last: { readonly address: string; readonly from: string | undefined; readonly url: URL } | undefined;
  return (address) => {
    const from = base === undefined ? (globalThis as { location?: Location }).location?.href : String(base);
    if (last?.address === address && last.from === from) return last.url;
    last = { address, from, url: urlOf(address, from) };
    return last.url;
  };
}

/** Schemes that calls travel by. Any other is mostly a slip of the pen, by which they could go out in the clear. */
const SCHEME = /^(http|ws)s?:$/;

function urlOf(address: string, from: string | undefined): URL {
  const unusable = (cause?: unknown): Error => errorOf('TRANSPORT_ADDRESS', { address: address.slice(0, 200) }, { cause });
  let url: URL;
  try {
    url = new URL(address, from);
  } catch (cause) {
    throw unusable(cause);
  }
  // Fetch refuses secrets in an address, and a socket what only a page can scroll to.
  if (!SCHEME.test(url.protocol) || url.username !== '' || url.password !== '') throw unusable();
  url.hash = '';
  return url;
}

/** `http` and `ws` for each other, and the same with an s. @internal */
export function withScheme(url: URL, scheme: 'http' | 'ws'): URL {
  const { protocol } = url;
  const wanted = protocol.replace(/^(http|ws)(?=s?:)/, scheme);
  if (wanted === protocol) return url;
  const other = new URL(url);
  other.protocol = wanted;
  return other;
}

/** Whether it is another origin than the page's. @internal */
export function isForeign(url: URL): boolean {
  const here = (globalThis as { location?: Location }).location;
  return here !== undefined && here.origin !== url.origin;
}

/** As well as a browser lets us: it does not tell a refused request from a lost one. @internal */
export function explain(cause: unknown, url: URL, { isStopped }: Stop): unknown {
  if (isStopped || !isForeign(url)) return cause;
  const origin = (globalThis as { location?: Location }).location?.origin;
  return new Error(`no connection, or ${url.origin} does not allow the origin ${origin} (CORS)`, { cause });
}
