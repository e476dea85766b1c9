/**
 * How messages get to a host: over the network, over a port to a worker, or within the same program.
 *
 * @module
 */

import { errorOf } from './errors.js';
import { PortSocket } from './port-socket.js';
import type { Core } from './runtime.js';
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
   * 32 KiB; what is longer goes alone); false unless given. Their answers come together, so each waits for the slowest. The host must be one
   * of this package.
   */
  readonly batch?: boolean;
  /**
   * When a silent host is asked for a sign of life, and how long the answer may take, in milliseconds;
   * 30,000 and 10,000 unless given. `false` never asks: then a dead connection is noticed when the
   * next call times out.
   */
  readonly keepAlive?: { readonly idle?: number; readonly answer?: number } | false;
}

/** Browsers open six connections to an origin; what waits there cannot be told from what is served. */
const MOST_REQUESTS = 6;
/** How long a request may become, in UTF-16 units. Browsers take a millisecond and more for each, so few long ones are better. */
const PIECE = 256 * 1024;

type WebSocketClass = NonNullable<NetworkOptions['WebSocket']>;

let webSocketClass: (() => Promise<WebSocketClass>) | undefined;

/** Says where sockets come from on a platform without them; for the entries of the package. */
export function provideWebSocket(load: () => Promise<WebSocketClass>): void {
  webSocketClass = load;
}

/** What of the interface of Response is used. */
export type FetchAnswer = Pick<Response, 'status' | 'text' | 'arrayBuffer'> & {
  readonly type?: string;
  readonly headers?: Pick<Headers, 'get'>;
  /** A stream of the web, read only as far as a message may be long. Otherwise `text` or `arrayBuffer` gives all of it. */
  readonly body?: object | null;
  /** The body, where all of it is there already. */
  readonly received?: Uint8Array<ArrayBuffer>;
};

/** Headers by name. @internal */
export type PlainHeaders = Readonly<Record<string, string>>;

/** By which a request ends; see `courier.js`. @internal */
export interface Stop {
  /** Whether nobody wants the answer any more. */
  readonly isStopped: boolean;
  /** The same as a signal, which is made when somebody asks for it. */
  readonly signal: AbortSignal;
  /** Called when it is given up, if somebody sets it. */
  onstop: (() => void) | undefined;
  /** How many bytes an answer may have before it is too long. */
  readonly most: number;
  /** The bytes of an answer, to its end or until it is too long. */
  read(answer: Pick<FetchAnswer, 'received' | 'body'>): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a sender is given. @internal */
export type PlainInit = Omit<RequestInit, 'headers' | 'signal'> & { readonly headers: PlainHeaders };

/** Sends a request and does not follow where it is led. @internal */
export type Sender = (to: URL, init: PlainInit, stop: Stop) => Promise<FetchAnswer>;

/** Status (0 for a redirect), content type and content, which is left out if the answer broke off. @internal */
export type Answer = readonly [status: number, contentType: string, content?: unknown];

/** A message that is not spelled as text. Bits of its kind: see `language.rs`. @internal */
export type MessageValue = readonly [
  kind: number, action: string, id: number | string | undefined, content: unknown, headers?: readonly object[],
];

/** What the binary's courier sends requests by. @internal */
export type Exchange<Body = string> = (address: string, body: Body, stop: Stop) => Promise<Answer>;

let sender: Sender | undefined;
let mostRequests = MOST_REQUESTS;
let piece = PIECE;

/**
 * Says what sends requests on a platform that has something better than fetch, and how many may be on their way
 * at once, and how long one may become; for the entries of the package.
 */
export function provideSender(send: Sender, most: number, length: number): void {
  sender = send;
  mostRequests = most;
  piece = length;
}

/** How many requests may be on their way at once, unless somebody says so. @internal */
export const requestsAtOnce = (own: number | undefined): number => own ?? mostRequests;

/** A function of the shape of fetch. */
type FetchLike = (address: string, init: RequestInit) => Promise<FetchAnswer> | FetchAnswer;

/** What sends requests: what the user gave, or the platform's. @internal */
export function senderOf(own: FetchLike | undefined): Sender {
  if (own === undefined && sender !== undefined) return sender;
  return async ({ href }, init, { signal }) => (own ?? globalThis.fetch)(href, { ...init, signal });
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
 */
export function network(options: NetworkOptions = {}): Transport {
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
    connect, exchange, requestsAtOnce(maxRequests), options.batch === true ? piece : 0, false, idle, answer,
  ));
}

/** Sends requests; whatever comes back, or is thrown or made up, becomes an answer or a rejection. */
function exchangeBy(send: (address: string, body: string, stop: Stop) => Promise<FetchAnswer>): Exchange {
  return async (address, body, stop) => {
    const answer = await send(address, body, stop);
    const status = answer.type === 'opaqueredirect' ? 0 : answer.status;
    const contentType = answer.headers?.get('content-type') ?? '';
    try {
      return [status, contentType, isReadable(answer) ? decoder.decode(await stop.read(answer)) : await answer.text()];
    } catch {
      return [status, contentType];
    }
  };
}

const decoder = new TextDecoder();

/** Whether an answer is read here, and not by itself. @internal */
export const isReadable = ({ received, body }: FetchAnswer): boolean => (
  // Some functions of the shape of fetch have streams of another kind.
  received !== undefined || (body != null && 'getReader' in body)
);

/** Makes addresses URLs, relative to a base or to the page's address. Mostly the last one is asked for again. @internal */
export function resolver(base: string | URL | undefined): (address: string) => URL {
  let last: { readonly address: string; readonly from: string | undefined; readonly url: URL } | undefined;
  return (address) => {
    const from = base === undefined ? (globalThis as { location?: Location }).location?.href : String(base);
    if (last?.address === address && last.from === from) return last.url;
    try {
      last = { address, from, url: new URL(address, from) };
    } catch (cause) {
      throw errorOf('TRANSPORT_ADDRESS', { address: address.slice(0, 200) }, { cause });
    }
    return last.url;
  };
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

/** What a worker, or anything else that posts messages, looks like from here. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: MessagePort[]): void;
  // Workers of the browser and of Node type their events each in its own way.
  addEventListener?(type: string, listener: (event: any) => void): void;
}

/** By this word a worker knows the message that brings the port of a page. */
export const HELLO = 'sessionful';

/**
 * To the hosts of a worker (`new Worker(...)`, which has to call `host.serve(self)`), or over a port
 * whose other end was given to a host (`host.acceptPort`), for example that of a shared worker.
 */
export function port(worker: MessagePort | WorkerLike): Transport {
  return way((core) => {
    let link: CoreLink | undefined;
    const control = worker instanceof MessagePort ? worker : greet(worker, (reason) => link?.cut(reason));
    link = core.CoreLink.port(control, (reason) => link?.cut(reason));
    return link;
  });
}

function greet(worker: WorkerLike, lost: (reason: string) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(HELLO, [port2]);
  // A worker whose script fails never answers.
  worker.addEventListener?.('error', () => lost('the worker failed'));
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
  const connect = (address: string): WebSocketLike => {
    const { port1, port2 } = new MessageChannel();
    const hello: SocketHello = { sessionful: 'socket', address };
    const socket = new PortSocket(port1);
    worker.postMessage(hello, [port2]);
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
