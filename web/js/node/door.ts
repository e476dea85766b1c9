/**
 * What must be true before anything reaches the host: the same for requests and for sockets.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http';
import type { HostAddress, HostIntake } from './intake.js';
import type { Refusal } from './log.js';
import type { Settings } from './options.js';
import { readNames, readOrigins, type NameCheck, type OriginCheck } from './origins.js';
import { readRoutes, route, type Routes } from './paths.js';
import { Buckets, subscriber } from './rates.js';

/** Somebody who does not get in. */
export interface Refused {
  /** The status of HTTP. */
  readonly status: number;
  /** For the log and, in words, for the client. */
  readonly reason: Refusal;
  /** Milliseconds after which it may try again. */
  readonly retryAfter?: number;
  /** The endpoint that it meant, if there is one. */
  readonly endpoint?: HostAddress;
}

/** Somebody who gets in. */
export interface Admitted {
  readonly endpoint: HostAddress;
}

/** More callers than that are not told apart. */
const MOST_CALLERS = 10_000;

/** The checks, with what they remember. */
export class Door {
  readonly #settings: Settings;
  readonly #names: NameCheck;
  readonly #origins: OriginCheck;
  readonly #rates: Buckets | undefined;
  readonly #routes: Routes;
  /** Whether nobody is let in any more. */
  draining = false;
  /** Connections there are, of whatever kind. */
  connections = 0;

  constructor(host: HostIntake, settings: Settings) {
    this.#settings = settings;
    this.#names = readNames(settings.names, settings.server === undefined ? settings.hostname : undefined);
    this.#origins = readOrigins(settings.origins);
    this.#rates = settings.rate === null ? undefined : new Buckets(settings.rate, MOST_CALLERS);
    this.#routes = readRoutes(host.addresses);
  }

  /** The address of whoever sent this, for limits and the log. */
  peer(request: IncomingMessage): string {
    return this.#settings.callerOf?.(request) ?? request.socket.remoteAddress ?? '?';
  }

  /** The endpoint that a request means. */
  find(request: IncomingMessage): HostAddress | 'malformed' | undefined {
    return route(this.#routes, request.url);
  }

  /** Lets a request in, or says why not. Takes a token of the caller's rate. */
  admit(request: IncomingMessage, now: number): Admitted | Refused {
    if (this.draining) return { status: 503, reason: 'draining', retryAfter: 1_000 };
    if (!this.#names(request.headers.host)) return { status: 421, reason: 'name' };
    const found = this.find(request);
    const endpoint = typeof found === 'object' ? found : undefined;
    const wait = this.#rates?.take(`${endpoint?.address ?? ''}|${subscriber(this.peer(request))}`, now) ?? 0;
    const at = endpoint === undefined ? {} : { endpoint };
    if (wait > 0) return { status: 429, reason: 'rate', retryAfter: wait, ...at };
    if (found === 'malformed') return { status: 400, reason: 'malformed' };
    if (endpoint === undefined) return { status: 404, reason: 'path' };
    if (!this.admitsOrigin(request)) return { status: 403, reason: 'origin', endpoint };
    if (this.connections > this.#settings.maxConnections) {
      return { status: 503, reason: 'connections', retryAfter: 1_000, endpoint };
    }
    return { endpoint };
  }

  /** Whether the page that sent this may call. */
  admitsOrigin(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    const encrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
    return this.#origins({ origin, host, encrypted });
  }

  /** Forgets callers who have not come for long. */
  sweep(now: number): void {
    this.#rates?.sweep(now);
  }
}

/** What a client is told, for people: the reason and what to do. */
export function explain({ reason, endpoint }: Refused, settings: Settings): string {
  switch (reason) {
    case 'path': return 'nothing listens at this path: correct the address';
    case 'malformed': return 'this is not a request that can be read: correct it';
    case 'method': return 'only POST is served here';
    case 'origin': return 'this origin is not let in: add it to the origins of the host';
    case 'name': return 'the host does not answer to this name: add it to the names of the host';
    case 'content-type': return `this content type is not served: use ${settings.contentTypes[0] ?? 'another'}`;
    case 'encoding': return 'bodies are read as they are: send them without content encoding, texts in UTF-8';
    case 'too-large': return `more than ${settings.maxBytes} bytes: send less, or raise maxBytes of the host`;
    case 'header-too-large': return `a head of more than ${settings.maxHeaderBytes} bytes: send less`;
    case 'timeout': return 'the request did not arrive in time: send it faster';
    case 'rate': return 'too many requests: try later';
    case 'connections': return 'too many connections: try later';
    case 'requests': return 'too many requests at once: try later';
    case 'subprotocol': return 'none of these subprotocols is spoken here: give both ends one codec';
    case 'upgrade': return endpoint?.sessionful === false
      ? 'there are no sessions at this address: use fetch'
      : 'there are only sessions at this address: use a WebSocket';
    case 'draining': return 'the host is closing: try later, or elsewhere';
  }
}

/** The headers that go with a refusal. */
export function refusalHeaders(refused: Refused): Record<string, string> {
  const { retryAfter, reason, endpoint } = refused;
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter / 1000))) }),
    ...(reason === 'method' ? { allow: 'POST, OPTIONS' } : {}),
    ...(reason === 'upgrade' && endpoint?.sessionful !== false ? { upgrade: 'websocket' } : {}),
  };
}
