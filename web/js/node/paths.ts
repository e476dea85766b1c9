/**
 * Which endpoint a request means. Paths are compared as they are: what would have to be normalized to
 * fit does not fit, because somebody else on the way may normalize otherwise.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import type { HostAddress } from './intake.js';

/** Endpoints by the path on the wire. */
export type Routes = ReadonlyMap<string, HostAddress>;

/**
 * Reads the addresses of a host.
 *
 * @throws HostError if one has no path that would arrive as it is written.
 */
export function readRoutes(addresses: readonly HostAddress[]): Routes {
  const routes = new Map<string, HostAddress>();
  for (const endpoint of addresses) {
    const path = pathOf(endpoint.address);
    if (routes.has(path)) refuse(endpoint.address, 'is given to two endpoints');
    routes.set(path, endpoint);
  }
  if (routes.size === 0) throw errorOf('HOST_NO_ENDPOINTS');
  return routes;
}

function pathOf(address: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(\/[^]*)?$/i.exec(address);
  const path = url === null ? (address.startsWith('/') ? address : `/${address}`) : url[1] ?? '/';
  if (/[?#%\\]/.test(path)) refuse(address, 'has ?, #, % or \\ in its path');
  if (/[\u0000-\u0020"<>[\]^`{|}\u007f]/.test(path)) refuse(address, 'has a character that URLs do not have');
  if (/\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) refuse(address, 'has an empty, . or .. step in its path');
  try {
    return encodeURI(path);
  } catch {
    return refuse(address, 'has half a character in its path');
  }
}

function refuse(address: string, reason: string): never {
  throw errorOf('LISTEN_OPTION', { option: `address ${JSON.stringify(address.slice(0, 200))}`, reason });
}

/**
 * The endpoint that a request's target means: none if there is no such path, `malformed` if the target
 * is no path or cannot be decoded. A query is not looked at.
 */
export function route(routes: Routes, target: string | undefined): HostAddress | 'malformed' | undefined {
  if (target === undefined || !target.startsWith('/')) return 'malformed';
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const found = routes.get(path);
  if (found !== undefined) return found;
  try {
    decodeURIComponent(path);
    return undefined;
  } catch {
    return 'malformed';
  }
}
