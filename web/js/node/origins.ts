/**
 * Who may call from a browser: the origin that it vouches for, for sockets and requests alike.
 *
 * A socket is not subject to CORS at all, and a simple request is carried out before CORS has a say. So
 * the origin is checked here, before anything reaches the host.
 *
 * @module
 */

import { errorOf } from '../errors.js';

/**
 * Which origins are let in besides the host's own and callers without any, which are not browsers:
 * a list (`['https://app.example']`), `'*'` for all, or a function that decides.
 */
export type OriginPolicy = readonly string[] | '*' | ((origin: string) => boolean);

/** What there is to know about where a request comes from. */
export interface Whence {
  /** The header `Origin`. */
  readonly origin: string | undefined;
  /** The header `Host`. */
  readonly host: string | undefined;
  /** Whether the connection to us is encrypted. */
  readonly encrypted: boolean;
}

/** Whether a request from there is let in. */
export type OriginCheck = (whence: Whence) => boolean;

/**
 * Reads a policy.
 *
 * @throws HostError if an entry of the list is not an origin: a path or a final slash would match nothing.
 */
export function readOrigins(policy: OriginPolicy): OriginCheck {
  if (policy === '*') return () => true;
  const listed = typeof policy === 'function' ? policy : fromList(policy);
  return (whence) => whence.origin === undefined || isOwn(whence) || listed(whence.origin);
}

function fromList(policy: readonly string[]): (origin: string) => boolean {
  const all = new Set<string>();
  for (const origin of policy) {
    if (origin === '*') throw errorOf('LISTEN_OPTION', { option: 'origins', reason: "has '*' in a list: give '*' itself" });
    const parsed = origin === 'null' ? origin : originOf(origin);
    if (parsed !== origin) {
      const wanted = parsed === undefined ? 'scheme://host[:port]' : parsed;
      throw errorOf('LISTEN_OPTION', { option: 'origins', reason: `has ${JSON.stringify(origin)}, which is not an origin: write ${wanted}` });
    }
    all.add(origin);
  }
  return (origin) => all.has(origin);
}

function originOf(text: string): string | undefined {
  try {
    const { origin } = new URL(text);
    return origin === 'null' ? undefined : origin;
  } catch {
    return undefined;
  }
}

/**
 * Whether the page comes from the same host and port as it calls. Who decrypts for us may have left only
 * http, so an https page counts as the host's own too; the reverse, a page that anybody on the way could
 * have written, does not.
 */
function isOwn({ origin, host, encrypted }: Whence): boolean {
  if (origin === undefined || host === undefined) return false;
  const own = (scheme: string): boolean => originOf(`${scheme}://${host}`) === origin;
  return own('https') || (!encrypted && own('http'));
}

/** Names of this machine that only it can reach itself by. */
const LOOPBACK = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether the name by which we were called is one of ours. Without this a page of a stranger, whose name
 * was made to mean this machine (DNS rebinding), would pass for our own.
 */
export type NameCheck = (host: string | undefined) => boolean;

/**
 * Reads the list of names. Without one a host on a loopback address answers to the names of the loopback
 * only, and any other host to every name.
 */
export function readNames(names: readonly string[] | undefined, hostname: string | undefined): NameCheck {
  if (names === undefined && !isLoopback(hostname)) return (host) => host !== undefined;
  const listed = new Set((names ?? []).map((name) => name.toLowerCase()));
  return (host) => {
    const name = host === undefined ? undefined : /^(\[[\da-f:.]+\]|[^:/?#@\\]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
    return name !== undefined && (listed.has(name) || (names === undefined && LOOPBACK.test(name)));
  };
}

function isLoopback(hostname: string | undefined): boolean {
  return hostname !== undefined && (LOOPBACK.test(hostname) || hostname === '::1');
}
