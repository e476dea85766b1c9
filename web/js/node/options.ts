/**
 * What can be set when a host is served, and what is set if nobody does.
 *
 * @module
 */

import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { errorOf } from '../errors.js';
import { FLAG, FUNCTION, type Shape, TEXT, checkShapes, isObject } from '../options.js';
import type { NodeHostEvent } from './log.js';
import type { OriginPolicy } from './origins.js';
import type { Rate } from './rates.js';

/** Options of {@link serve}. Times are in milliseconds, sizes in bytes. */
export interface ServeOptions {
  /** The port; 0, which takes any that is free, unless given. */
  readonly port?: number;
  /** The address to listen on; `127.0.0.1` unless given, so that nobody serves the world by accident. */
  readonly hostname?: string;
  /**
   * A server to use instead of an own one, for TLS for example, listening or not. Its header and request
   * timeouts are left as they are; on other paths than the host's its other listeners answer. Those that are
   * there before are called by ours, and put back at the end.
   */
  readonly server?: Server | SecureServer;
  /**
   * Which origins are let in besides the host's own and callers without any; none unless given. `'*'`
   * lets in every page that a user of yours visits.
   */
  readonly origins?: OriginPolicy;
  /**
   * The names (without port) that the host answers to, against DNS rebinding; the names of the loopback
   * if `hostname` is one of its addresses, else every name.
   */
  readonly names?: readonly string[];
  /** Whether pages of the origins that are let in may send cookies; false unless given, never with `'*'`. */
  readonly credentials?: boolean;
  /** Request headers that pages of other origins may send besides `content-type`; `authorization`, `traceparent`, `tracestate` unless given. */
  readonly allowHeaders?: readonly string[];
  /** Response headers that pages of other origins may read; `retry-after` unless given. */
  readonly exposeHeaders?: readonly string[];
  /** How long, in **seconds**, a browser may remember what is allowed; 7,200 unless given, the most that Chromium takes. */
  readonly preflightMaxAge?: number;
  /** Content types of requests; the runtime's own, `application/json` and `text/plain` unless given. */
  readonly contentTypes?: readonly string[];
  /**
   * The longest frame and body; 262,144 unless given (413, close code 1009). That is enough for 65,536 UTF-16 units
   * of any script, the default of `maxFrame`, and for the messages of one turn, which travel together in up to as many
   * bytes from a page.
   */
  readonly maxBytes?: number;
  /** The longest head of a request; 16,384 unless given (431). */
  readonly maxHeaderBytes?: number;
  /** How long a head may take to arrive; 10,000 unless given (408). */
  readonly headersTimeout?: number;
  /** How long a whole request may take to arrive; 30,000 unless given (408). */
  readonly bodyTimeout?: number;
  /** How long a client may take to pick up an answer; 30,000 unless given (cut). */
  readonly responseTimeout?: number;
  /** How long a connection may be idle between two requests; 65,000 unless given. */
  readonly keepAliveTimeout?: number;
  /** How many connections there may be; 10,000 unless given (503, beyond some more cut). */
  readonly maxConnections?: number;
  /** How many requests may be in the host at once; 1,000 unless given (503). */
  readonly maxRequests?: number;
  /**
   * How much may wait to be sent over one session; 16,777,216 unless given. One whose peer does not read is
   * cut when there is more and yet another frame is to follow.
   */
  readonly maxUnsent?: number;
  /**
   * How often one IP address (of IPv6, its /64) may request or open a session at one address of the host;
   * 2,000 a second unless given (429, close code 1013), null for no limit. A batch of at most 128 messages
   * counts once.
   */
  readonly rate?: Rate | null;
  /** Who is calling, behind a proxy that says so; the address of the connection unless given. */
  readonly callerOf?: (request: IncomingMessage) => string | undefined;
  /** Whether frames may be compressed; false unless given: it costs memory for each session, and time. */
  readonly compression?: boolean;
  /** How often a session's peer is asked whether it lives; 30,000 unless given. One that has not answered the time before is cut. */
  readonly pingInterval?: number;
  /** How long {@link NodeHost.close} lets sessions end; 30,000 unless given. */
  readonly drainTimeout?: number;
  /** Is told what happens. It gets no headers, bodies, queries or unknown paths. What it throws is ignored. */
  readonly log?: (event: NodeHostEvent) => void;
}

/** Options that are checked and complete. */
export type Settings = Required<Omit<ServeOptions, 'server' | 'names' | 'callerOf' | 'log'>>
  & Pick<ServeOptions, 'server' | 'names' | 'callerOf' | 'log'>;

const DEFAULTS: Settings = {
  port: 0,
  hostname: '127.0.0.1',
  origins: [],
  credentials: false,
  allowHeaders: ['authorization', 'traceparent', 'tracestate'],
  exposeHeaders: ['retry-after'],
  preflightMaxAge: 7_200,
  contentTypes: [
    'application/vnd.sessionful.v1+json', 'application/vnd.sessionful.v1+octet-stream', 'application/json', 'text/plain',
  ],
  maxBytes: 262_144,
  maxHeaderBytes: 16_384,
  headersTimeout: 10_000,
  bodyTimeout: 30_000,
  responseTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxConnections: 10_000,
  maxRequests: 1_000,
  maxUnsent: 16_777_216,
  rate: { perSecond: 2_000 },
  compression: false,
  pingInterval: 30_000,
  drainTimeout: 30_000,
};

/** What else there is, without a default. */
const OTHERS = ['server', 'names', 'callerOf', 'log'];

const TEXTS: Shape = [(value) => Array.isArray(value) && value.every((one) => typeof one === 'string'), 'is no list of texts'];

/** What is no number. */
const SHAPES: { readonly [Name in keyof ServeOptions]: Shape } = {
  hostname: TEXT,
  server: [(value) => typeof (value as Partial<Server>).listen === 'function', 'is no server'],
  origins: [(value) => value === '*' || typeof value === 'function' || TEXTS[0](value), "is neither a list of texts, '*' nor a function"],
  names: TEXTS,
  credentials: FLAG,
  allowHeaders: TEXTS,
  exposeHeaders: TEXTS,
  contentTypes: TEXTS,
  callerOf: FUNCTION,
  compression: FLAG,
  log: FUNCTION,
};

/** The numbers: least and greatest. */
const RANGES: Partial<Record<keyof Settings, readonly [number, number]>> = {
  port: [0, 65_535],
  preflightMaxAge: [0, 86_400],
  maxBytes: [1, 2 ** 30],
  maxHeaderBytes: [1_024, 2 ** 20],
  headersTimeout: [1, 2 ** 31 - 1],
  bodyTimeout: [1, 2 ** 31 - 1],
  responseTimeout: [1, 2 ** 31 - 1],
  keepAliveTimeout: [1, 2 ** 31 - 1],
  maxConnections: [1, 2 ** 31 - 1],
  maxRequests: [1, 2 ** 31 - 1],
  maxUnsent: [1, 2 ** 31 - 1],
  pingInterval: [1, 2 ** 31 - 1],
  drainTimeout: [0, 2 ** 31 - 1],
};

/**
 * Completes options.
 *
 * @throws HostError if one is not known, of another kind or out of range: a limit that is not kept is worse than none.
 */
export function readOptions(options: ServeOptions): Settings {
  if (!isObject(options)) refuse('options', 'is no object');
  checkShapes(options, SHAPES, refuse);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(DEFAULTS, name) && !OTHERS.includes(name)) refuse(name, 'is not known');
    const range = RANGES[name as keyof Settings];
    if (range === undefined) continue;
    const [least, most] = range;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      refuse(name, `has to be a whole number from ${least} to ${most}`);
    }
  }
  const settings: Settings = { ...DEFAULTS, ...Object.fromEntries(given) };
  if (settings.credentials && settings.origins === '*') {
    refuse('credentials', "cannot go with origins '*': every page could act as its user");
  }
  if (settings.rate !== null && !(settings.rate.perSecond > 0 && (settings.rate.burst ?? 1) >= 1)) {
    refuse('rate', 'has to be greater than 0, and its burst at least 1');
  }
  for (const name of [...settings.allowHeaders, ...settings.exposeHeaders]) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) refuse('allowHeaders', `or exposeHeaders has ${JSON.stringify(name)}, which is no name of a header`);
  }
  return settings;
}

function refuse(option: string, reason: string): never {
  throw errorOf('LISTEN_OPTION', { option, reason });
}
