/**
 * How messages get to a host: over the network, over a port to a worker, or within the same program.
 *
 * @module
 */

import { explain, isForeign, resolver, withScheme } from './address.js';
import { errorOf } from './errors.js';
import { FLAG, FUNCTION, OBJECT, type Shape, TEXT, checkShapes, isObject, refuse } from './options.js';
import { PortSocket } from './port-socket.js';
import { MOST_REQUESTS, exchangeBy, pieceOf, requestsAtOnce, senderOf, type FetchAnswer } from './request.js';
import type { Core } from './runtime.js';
import { collected, weak } from './weak.js';
import type { CoreLink } from './wasm/sessionful.js';

/** Whatever has the shape of a WebSocket. Messages are texts. */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Set to `arraybuffer`. */
  binaryType: string;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  // Sockets of the browser, of `ws` and of others type their events each in its own way.
  addEventListener(type: string, listener: (event: any) => void): void;
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/** The one subprotocol that both ends of a socket have to agree on. */
export const SUBPROTOCOL = 'sessionful.v1';

/** The content type of requests and answers. */
export const CONTENT_TYPE = 'application/vnd.sessionful.v1+json';

/** A way to hosts; several proxies may share it. */
export interface Transport {
  /** Makes the way, once for each build of the runtime. For the package itself. @internal */
  readonly link: (core: Core) => CoreLink;
}

/** Options of {@link network}. */
export interface NetworkOptions {
  /** What relative addresses are relative to; the page's address unless given. */
  readonly base?: string | URL;
  /** The class of sockets; the platform's unless given (Node 20 has none: there it is `ws`). */
  readonly WebSocket?: new (address: string, protocols: string) => WebSocketLike;
  /** Connects a socket to an address, in place of the class. */
  readonly connect?: (address: string) => WebSocketLike | Promise<WebSocketLike>;
  /** The function that sends requests; the platform's fetch unless given, and `node:http` in Node. */
  readonly fetch?: (address: string, init: RequestInit) => Promise<Response>;
  /** Headers of every request. Those that are not simple make a browser ask another origin first. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether cookies go along; the platform's `same-origin` unless given. */
  readonly credentials?: RequestCredentials;
  /** Whether requests outlive the page (at most 64 KiB in all); false unless given. */
  readonly keepalive?: boolean;
  /** How many requests may be on their way at once; the others wait in order. 6 unless given, in Node 64. */
  readonly maxRequests?: number;
  /**
   * Whether calls of one turn to one address travel together, in requests of at most 128 messages and 256 KiB (in Node
   * 32 KiB; what is longer goes alone); false unless given. Their answers come together, so each waits for the slowest.
   * The host must be one of this package.
   */
  readonly batch?: boolean;
  /**
   * When a silent host is asked for a sign of life, and how long the answer may take, in milliseconds;
   * 30,000 and 10,000 unless given. `false` never asks: then a dead connection is noticed when the
   * next call times out.
   */
  readonly keepAlive?: { readonly idle?: number; readonly answer?: number } | false;
}

const isSpan = (value: unknown): boolean => value === undefined || (typeof value === 'number' && value >= 0);

const SHAPES: { readonly [Name in keyof NetworkOptions]-?: Shape } = {
  base: [(value) => typeof value === 'string' || value instanceof URL, 'is neither a text nor a URL'],
  WebSocket: FUNCTION,
  connect: FUNCTION,
  fetch: FUNCTION,
  headers: OBJECT,
  credentials: TEXT,
  keepalive: FLAG,
  maxRequests: [(value) => value === Infinity || (Number.isInteger(value) && (value as number) > 0), 'is no whole number from 1, nor Infinity'],
  batch: FLAG,
  keepAlive: [
    (value) => value === false || (isObject(value) && isSpan((value as { idle?: unknown }).idle) && isSpan((value as { answer?: unknown }).answer)),
    'is neither false nor an object of milliseconds',
  ],
};

function checkNetwork(options: NetworkOptions): void {
  if (!isObject(options)) refuse('network', 'is no object');
  for (const option in options) if (!Object.hasOwn(SHAPES, option)) refuse(option, 'is not known');
  checkShapes(options, SHAPES);
}

type WebSocketClass = NonNullable<NetworkOptions['WebSocket']>;

let webSocketClass: (() => Promise<WebSocketClass>) | undefined;

/** Says where sockets come from on a platform without them; for the entries of the package. */
export function provideWebSocket(load: () => Promise<WebSocketClass>): void {
  webSocketClass = load;
}

/** The platform's class of sockets, or where it comes from. @internal */
export function webSocketOf(): WebSocketClass | Promise<WebSocketClass> {
  const own = (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (own !== undefined) return own;
  if (webSocketClass === undefined) throw errorOf('TRANSPORT_MISSING', { what: 'WebSocket class (Node 20 has none: install ws)' });
  return webSocketClass();
}

/**
 * Over the network: sessions by WebSocket, single requests by fetch.
 *
 * ```ts
 * new ServiceProxy(Calculator, { address: '/calculator', transport: network({ base: 'https://example.com' }) })
 * ```
 *
 * @throws OptionError for what cannot be meant.
 */
export function network(options: NetworkOptions = {}): Transport {
  checkNetwork(options);
  const resolve = resolver(options.base);
  const connect = options.connect ?? ((address: string): unknown => {
    const { href } = withScheme(resolve(address), 'ws');
    const Class = options.WebSocket ?? webSocketOf();
    if (!('then' in Class)) return new Class(href, SUBPROTOCOL);
    return Class.then((Loaded) => new Loaded(href, SUBPROTOCOL));
  });
  const { credentials, headers, keepalive, keepAlive, maxRequests } = options;
  const chosen = { ...(credentials === undefined ? {} : { credentials }), ...(keepalive === undefined ? {} : { keepalive }) };
  const exchange = exchangeBy(async (address, body, stop) => {
    const to = withScheme(resolve(address), 'http');
    // Another origin is asked beforehand about any content type but three; this is one of them.
    const contentType = isForeign(to) ? 'text/plain;charset=UTF-8' : CONTENT_TYPE;
    const init = { method: 'POST', body, ...chosen, redirect: 'manual', headers: { 'content-type': contentType, ...headers } } as const;
    try {
      return await senderOf(options.fetch)(to, init, stop);
    } catch (cause) {
      throw explain(cause, to, stop);
    }
  });
  const idle = keepAlive === false ? Number.NaN : keepAlive?.idle ?? 30_000;
  const answer = keepAlive === false ? Number.NaN : keepAlive?.answer ?? 10_000;
  return way((core) => core.CoreLink.web(
    connect, exchange, requestsAtOnce(maxRequests), pieceOf(options.batch), false, idle, answer,
  ));
}

/** What is told when the page goes: nobody else tells those who are shared with other pages. */
const GOING = 'the page went away';

/** What is to be done when the page goes. It may come back (`pageshow`): then it has to connect again. */
type Leave = (mayComeBack: boolean) => void;

const leaving = new Set<Leave>();

function leaveAll({ persisted }: PageTransitionEvent): void {
  for (const leave of leaving) leave(persisted);
}

function whenPageGoes(leave: Leave): () => void {
  if (typeof document === 'undefined') return () => undefined;
  addEventListener('pagehide', leaveAll); // once, however often it is said
  leaving.add(leave);
  return () => leaving.delete(leave);
}

/** What a worker, or anything else that posts messages, looks like from here. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: MessagePort[]): void;
  // Workers of the browser and of Node type their events each in its own way.
  addEventListener?(type: string, listener: (event: any) => void): void;
}

/** A shared worker. */
export interface SharedWorkerLike {
  readonly port: MessagePort;
  addEventListener(type: string, listener: (event: any) => void): void;
}

/** By this word a worker knows the message that brings the port of a page. */
export const HELLO = 'sessionful';

/** By this word a host knows that the page of a port is gone for good. */
const BYE = ['bye'];

/** There is one way to each worker: what it takes is taken once, however often it is asked for. */
const ways = new WeakMap<object, Transport>();

/**
 * To the hosts of a worker (`new Worker(...)` or `new SharedWorker(...)`, which has to call `host.serve(self)`), or
 * over a port whose other end was given to a host (`host.acceptPort`). When the page goes, its sessions end.
 */
export function port(worker: MessagePort | SharedWorkerLike | WorkerLike): Transport {
  let made = ways.get(worker);
  if (made === undefined) ways.set(worker, made = wayTo(worker));
  return made;
}

function wayTo(worker: MessagePort | SharedWorkerLike | WorkerLike): Transport {
  const fate = isPort(worker) ? undefined : new Fate(worker);
  return way((core) => {
    const control = isPort(worker) ? worker : 'port' in worker ? worker.port : greet(worker);
    if (fate?.isOpen === true) {
      control.addEventListener('message', () => fate.survive(), { once: true });
      control.postMessage(['ping', 0]);
    }
    // What the binary and the page keep must not keep the link.
    const cut = (reason: string): void => known.deref()?.cut(reason);
    const link = core.CoreLink.port(control, cut);
    const known = weak(link);
    fate?.watch(cut);
    collected.register(link, whenPageGoes((mayComeBack) => {
      known.deref()?.hangUp(GOING);
      if (!mayComeBack) control.postMessage(BYE);
    }));
    return link;
  });
}

/** It may be one of another realm. */
function isPort(worker: MessagePort | SharedWorkerLike | WorkerLike): worker is MessagePort {
  return 'start' in worker;
}

/**
 * Whether a worker has failed: its script never answers then. It may do so before the runtime is loaded here. Once it
 * has answered, an error is but something that its program did not catch.
 */
class Fate {
  readonly #watching = new Set<(reason: string) => void>();
  #reason: string | undefined;
  #hasAnswered = false;

  constructor(worker: SharedWorkerLike | WorkerLike) {
    worker.addEventListener?.('error', () => { if (!this.#hasAnswered) this.#fail('the worker failed'); });
    // Service workers are replaced.
    const check = (): void => { if ((worker as { state?: unknown }).state === 'redundant') this.#fail('another worker has taken its place'); };
    worker.addEventListener?.('statechange', check);
    check();
  }

  /** Whether it is not known yet. */
  get isOpen(): boolean {
    return !this.#hasAnswered && this.#reason === undefined;
  }

  /** It has answered. */
  survive(): void {
    this.#hasAnswered = true;
  }

  #fail(reason: string): void {
    this.#reason = reason;
    for (const tell of this.#watching) tell(reason);
  }

  /** Calls back when it has failed, at once if it has already, until the result is called. */
  watch(tell: (reason: string) => void): () => void {
    if (this.#reason !== undefined) tell(this.#reason);
    this.#watching.add(tell);
    return () => this.#watching.delete(tell);
  }
}

function greet(worker: WorkerLike): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(HELLO, [port2]);
  return port1;
}

/** The message that brings the port of a socket. */
export interface SocketHello {
  /** Marks it. */
  readonly sessionful: 'socket';
  /** Where it connects to. */
  readonly address: string;
}

/**
 * To the bundled host as if over the network: sessions by an object of the interface of WebSocket to
 * the worker (`host.serve(self)`), single requests by the page's own fetch, which a service worker
 * answers (`host.serveFetch(self)`).
 */
export function bundled(worker: WorkerLike, options: NetworkOptions = {}): Transport {
  const fate = new Fate(worker);
  const connect = (address: string): WebSocketLike => {
    const { port1, port2 } = new MessageChannel();
    const hello: SocketHello = { sessionful: 'socket', address };
    const socket = new PortSocket(port1);
    worker.postMessage(hello, [port2]);
    socket.addEventListener('open', () => fate.survive());
    socket.addEventListener('close', fate.watch((reason) => socket.close(1006, reason)));
    socket.addEventListener('close', whenPageGoes(() => socket.close(1001, GOING)));
    return socket;
  };
  return network({ ...options, connect });
}

/** What {@link custom} takes: your own wire, in the shape of the platform's. */
export interface CustomTransport {
  /** Connects a session: a socket that is open or about to be. */
  connect?(address: string): WebSocketLike | Promise<WebSocketLike>;
  /** Sends a request: a text, POST. It is to stop when `init.signal` says so. */
  fetch?(address: string, init: RequestInit): Promise<FetchAnswer> | FetchAnswer;
}

/** Over a wire of your own: functions of the shape of WebSocket and fetch. Addresses are yours as well. */
export function custom(wire: CustomTransport): Transport {
  const connect = wire.connect?.bind(wire) ?? missing('connect');
  const send = wire.fetch?.bind(wire) ?? missing('fetch');
  const exchange = exchangeBy(async (address, body, { signal }) => send(address, { method: 'POST', body, signal }));
  return way((core) => core.CoreLink.web(connect, exchange, MOST_REQUESTS, 0, false, Number.NaN, Number.NaN));
}

/** In place of what a wire does not have. @internal */
export const missing = (what: string) => (): never => {
  throw errorOf('TRANSPORT_MISSING', { what });
};

/** A way that is made when the runtime is there, for each build of it that is used. */
export function way(make: (core: Core) => CoreLink): Transport {
  const made = new Map<Core, CoreLink>();
  return {
    link: (core) => {
      let link = made.get(core);
      if (link === undefined) made.set(core, link = make(core));
      return link;
    },
  };
}
