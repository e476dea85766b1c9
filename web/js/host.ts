/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Service hosts: the serving end, in a page, a worker or Node.
 *
 * @module
 */

import type { Contract } from './contract.js';
import { Numbered } from './crowd.js';
import { errorOf, type PanicError } from './errors.js';
import { type EndpointOptions, type HostOptions, checkHost } from './host-options.js';
import { type Core, type State, STATES, attempt, settled, watchPanic } from './runtime.js';
import { PortSocket } from './port-socket.js';
import type { MessageValue } from './request.js';
import { disposeOf, makerOf } from './service-object.js';
import { CONTENT_TYPE, HELLO, type SocketHello, SUBPROTOCOL, type Transport, type WebSocketLike, way } from './transport.js';
import { usersOf } from './users.js';
import { type Reference, strong, weak } from './weak.js';
import { WHOLE } from './whole.js';
import type { CoreBoard, CoreContext, CoreHost } from './wasm/sessionful.js';

export type { EndpointOptions, HostOptions, ServiceClass } from './host-options.js';

/** A request of HTTP, as a host takes it. */
export interface HostRequest {
  /** The body. */
  readonly body: string | Uint8Array;
  /** Its content type. */
  readonly contentType: string;
  /** Its headers. */
  readonly headers: Iterable<[string, string]>;
  /** Says that the client has gone. */
  readonly signal?: AbortSignal;
  /** Says the same, without the costs of a signal, which is not looked at then: has something called then. */
  readonly whenGone?: (tell: () => void) => void;
}

/** By what a host hears that a client has gone. */
type Leaving = Pick<HostRequest, 'signal' | 'whenGone'>;

/** The answer to a {@link HostRequest}. */
export interface HostResponse {
  /** A status of HTTP. */
  readonly status: number;
  /** The content type of the body. */
  readonly contentType: string;
  /** Headers to send. */
  readonly headers: [string, string][];
  /** The body, if there is one. */
  readonly body: string | Uint8Array | null;
}

/** Whatever tells about messages that bring a port: a worker's `self`. */
export interface Scope {
  // `self` has another type in each library of the compiler; those of its listeners only meet in `any`.
  addEventListener(type: string, listener: (event: any) => void): void;
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/**
 * Serves a contract, wherever it runs.
 *
 * ```ts
 * const host = new ServiceHost(Calculator, { service: CalculatorService, endpoints: [{ address: '/calculator' }] });
 * await host.open();
 * const proxy = new ServiceProxy(Calculator, { address: '/calculator', transport: host.transport });
 * ```
 */
export class ServiceHost<C extends Contract = Contract> implements AsyncDisposable {
  /** Its contract. */
  readonly contract: C;
  /** The way to it within the same program; values are cloned on it. */
  readonly transport: Transport;
  /** Subprotocols of WebSockets, the preferred one first. */
  readonly protocols: readonly string[] = [SUBPROTOCOL];
  readonly #options: HostOptions<C>;
  readonly #endpoints: readonly EndpointOptions[];
  readonly #early: ((made: CoreHost, loaded: Core) => void)[] = [];
  #opening: Promise<void> | undefined;
  #opened: (() => void) | undefined;
  #ready: Core | undefined;
  readonly #end = new HostEnd();
  #core: CoreHost | undefined;
  #error: PanicError | undefined;
  /** It was closed or aborted before the runtime was there to be told. */
  #isEnded = false;
  /** Who waits for the answers to requests, by their numbers. */
  readonly #requests = new Numbered<(answer: unknown) => void>();

  /**
   * What does not fit together shows when it opens (`CO-14`).
   *
   * @throws ContractError or OptionError for what cannot be meant.
   */
  constructor(contract: C, options: HostOptions<C>) {
    checkHost(contract, options as unknown as HostOptions);
    this.contract = contract;
    this.#options = options;
    this.#endpoints = options.endpoints ?? [{ address: `/${contract.name.toLowerCase()}` }];
    this.transport = way((core) => {
      if (core === WHOLE.core) return core.CoreLink.memory(this.#make(core));
      // A proxy of `sessionful/client` has a runtime of its own.
      const { port1, port2 } = new MessageChannel();
      this.acceptPort(port2);
      const link = core.CoreLink.port(port1, () => undefined);
      // Node would not end before the ports do.
      this.#when(() => { for (const one of [port1, port2]) (one as { unref?(): void }).unref?.(); });
      return link;
    });
  }

  /** Where it is in its life (`CO-1`). */
  get state(): State {
    return this.#error !== undefined ? 'faulted' : this.#isEnded ? 'closed' : STATES[this.#core?.phase ?? 0] ?? 'created';
  }

  /** Where it listens, and how; both false if contract and binding do not fit. */
  get addresses(): readonly { address: string; sessionful: boolean; sessionless: boolean }[] {
    return this.#endpoints.map(({ address, binding }) => {
      const channel = binding?.channel ?? 'both';
      const needs = this.contract.session === 'required' || this.contract.callback !== undefined;
      const sessionful = channel === 'sessionful' || (channel === 'both' && needs);
      return { address, sessionful, sessionless: !sessionful };
    });
  }

  /**
   * Opens it, and loads the runtime if need be: all endpoints listen, or none (`HOST-2`).
   *
   * @throws ContractError, BindingError, BehaviorError or OptionError for mistakes in contract and
   *   options; StateError if its state does not allow it.
   */
  open(): Promise<void> {
    const opening = this.#open();
    this.#opening = opening;
    return opening.finally(() => { this.#opening = undefined; });
  }

  async #open(): Promise<void> {
    let made: CoreHost;
    let loaded: Core;
    try {
      if (this.#isEnded) throw errorOf('HOST_INVALID_STATE', { phase: 'closed', hint: 'make another' });
      loaded = WHOLE.core ?? await WHOLE.load();
      if (this.#isEnded) throw errorOf('HOST_ABORTED');
      made = this.#make(loaded);
      await settled('host', () => made.open());
    } finally {
      this.#opened?.();
    }
    this.#ready = loaded;
    for (const act of this.#early.splice(0)) act(made, loaded);
  }

  /** @internal Calls back once, when opening has ended well or not. */
  whenOpened(then: () => void): void {
    if (this.state === 'created' || this.state === 'opening') this.#opened = then;
    else then();
  }

  /**
   * Closes it in good order: operations end, then sessions, then objects (`CO-15`).
   *
   * @throws HostError `HOST_TIMED_OUT` if clients had to be cut off; it is closed then as well.
   */
  async close(): Promise<void> {
    const made = this.#core;
    // Nothing was opened, and nothing will be (`CO-8`).
    if (made === undefined) this.#isEnded = true;
    else await settled('host', () => made.close()).finally(() => { if (this.state === 'closed') this.#end.core = weak(made); });
  }

  /** Ends everything at once; only operations that run are left to end (`CO-16`). */
  abort(): void {
    const made = this.#core;
    if (made === undefined) {
      this.#isEnded = true;
      return;
    }
    attempt('host', () => made.abort());
    this.#end.core = weak(made);
  }

  /**
   * Serves whoever has the other end of a port, once the host is open. Several hosts may be given one
   * port, if their addresses differ.
   *
   * @throws HostError `HOST_LISTENER` if they do not.
   */
  acceptPort(control: MessagePort): void {
    enter(this, control);
    this.#when((made, loaded) => made.acceptPort(boardOf(control, loaded)));
  }

  /** Serves a session over a socket that was connected to an address. One that comes before `open` is closed with code 1013. */
  acceptSocket(address: string, socket: WebSocketLike): void {
    // Nobody knows whether it will ever be open.
    if (this.#opening === undefined && this.#ready === undefined) return socket.close(1013, 'the host is not open');
    this.#when((core) => core.acceptSocket(address, socket));
  }

  /**
   * Serves the pages that a worker is for: call it in the worker, before anything is awaited, with
   * `self`. In a shared worker every page that connects is served. Pages wait until all hosts that
   * were told so have opened.
   *
   * @throws HostError `HOST_LISTENER` if another host of the worker has one of its addresses.
   */
  serve(scope: Scope): void {
    enter(this, scope);
    gateOf(scope).enter(this);
  }

  /**
   * Answers the page's own fetch: call it in a service worker, before anything is awaited, with `self`.
   * Requests that are not for an address of the host are left to the browser.
   */
  serveFetch(scope: Scope): void {
    scope.addEventListener('fetch', (event: FetchEventLike) => {
      const address = addressOf(event.request, this.addresses);
      if (address !== undefined) event.respondWith(answerFetch(this, address, event.request));
    });
  }

  /** Serves a request of HTTP, wherever it came from. It never rejects. */
  async request(address: string, request: HostRequest): Promise<HostResponse> {
    const { body, contentType } = request;
    if (!/^(application\/(vnd\.sessionful\.v1\+)?json|text\/plain)\s*(;|$)/i.test(contentType)) return refused(415);
    // A service worker is started by the very request that it is to answer.
    if (this.#opening !== undefined) await this.#opening.catch(() => undefined);
    const made = this.#core;
    if (made === undefined || this.#error !== undefined) return refused(503);
    let text: string;
    try {
      text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
    } catch {
      return refused(400);
    }
    return responseOf(await this.#answerTo(made, request, (number) => made.request(number, address, text)));
  }

  /** @internal The same for a message that is not spelled as text: an answer of its kind, nothing, or a status. */
  async requestValue(address: string, message: MessageValue, request: Leaving): Promise<MessageValue | number | undefined> {
    const made = this.#core;
    if (made === undefined || this.#error !== undefined) return 503;
    const answer = await this.#answerTo(made, request, (number) => made.requestValue(number, address, message));
    return answer as MessageValue | number | undefined;
  }

  #answerTo(made: CoreHost, request: Leaving, begin: (number: number) => void): Promise<unknown> {
    const { whenGone } = request;
    const signal = whenGone === undefined ? request.signal : undefined;
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve(499); // nobody hears it
      const number = this.#requests.add((answer) => {
        signal?.removeEventListener('abort', gone);
        resolve(answer);
      });
      const gone = (): void => made.gone(number);
      whenGone?.(gone);
      signal?.addEventListener('abort', gone, { once: true });
      try {
        begin(number);
      } catch {
        this.#requests.take(number)?.(503); // it has panicked
      }
    });
  }

  /** What exists now at this end, as plain data for people and tests. */
  snapshot(): unknown {
    return attempt('host', () => this.#core?.snapshot());
  }

  /** What is left over although nothing is in progress; empty when all is well. */
  leaks(): readonly string[] {
    return attempt('host', () => this.#core?.leaks() ?? []);
  }

  /** Closes it; clients that do not end their sessions are cut off. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.close();
    } catch {
      if (this.#error === undefined) this.abort();
    }
  }

  /** Does something with the runtime's host, once it is open. */
  #when(act: (made: CoreHost, loaded: Core) => void): void {
    const [made, ready] = [this.#core, this.#ready];
    if (made === undefined || ready === undefined) this.#early.push(act);
    else attempt('host', () => act(made, ready));
  }

  /** A request is always answered. */
  static #died(host: Pick<ServiceHost, never>, error: PanicError): void {
    const died = host as ServiceHost;
    died.#error = error;
    for (const settle of died.#requests.takeAll()) settle(500); // what became of them nobody knows
  }

  #make(loaded: Core): CoreHost {
    if (this.#core !== undefined) return this.#core;
    const { service, endpoints: _, authorize, errors, released, events, ...rest } = this.#options;
    const contract = this.contract.toCore();
    const isObject = typeof service === 'object';
    const config = {
      ...rest,
      endpoints: this.#endpoints.map((endpoint) => ({ ...endpoint, contract })),
      wellKnown: isObject,
      authorizes: authorize !== undefined,
      handlesErrors: errors !== undefined,
    };
    // The binary keeps what it is given, so nothing of that may hold the host itself.
    const [end, answered] = [this.#end, answererOf(this.#requests)];
    const users = usersOf(this.contract, () => end, {
      create: makerOf(service as never) as never,
      release: (object, dispose) => { if (dispose) (released ?? disposeOf)(object); },
      ...(authorize === undefined ? {} : { authorize: authorize as never }),
      ...(errors?.provideFault === undefined ? {} : { provideFault: errors.provideFault.bind(errors) as never }),
      ...(errors?.handleError === undefined ? {} : { handleError: errors.handleError.bind(errors) as never }),
    });
    const tap = events?.tap(loaded, events.enlist());
    const made = attempt('host', () => new loaded.CoreHost(config, users, isObject ? service : undefined, answered, tap));
    this.#core = made;
    end.core = strong(made);
    watchPanic<ServiceHost<C>>(this, ServiceHost.#died);
    return made;
  }
}

/** What of a fetch event is used here. */
interface FetchEventLike {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

function addressOf(request: Request, addresses: readonly { address: string; sessionless: boolean }[]): string | undefined {
  // A form is no call: it may be one of another site's, which the worker sees come in as a navigation.
  if (request.method !== 'POST' || request.mode === 'navigate') return undefined;
  const { origin, pathname } = new URL(request.url);
  // A service worker sees what its pages ask of other origins as well.
  if (origin !== (globalThis as { location?: Location }).location?.origin) return undefined;
  return addresses.find(({ address, sessionless }) => sessionless && isAt(address, pathname))?.address;
}

/** Addresses are written as people write them, and paths of URLs with escapes. */
function isAt(address: string, pathname: string): boolean {
  return address === pathname || encodeURI(address) === pathname;
}

async function answerFetch(host: ServiceHost, address: string, request: Request): Promise<Response> {
  const { status, contentType, headers, body } = await host.request(address, {
    body: new Uint8Array(await request.arrayBuffer()),
    contentType: request.headers.get('content-type') ?? '',
    headers: request.headers,
    signal: request.signal,
  });
  return new Response(body as BodyInit | null, { status, headers: [['content-type', contentType], ...headers] });
}

function isSocketHello(data: unknown): data is SocketHello {
  return typeof data === 'object' && data !== null && (data as Partial<SocketHello>).sessionful === 'socket'
    && typeof (data as Partial<SocketHello>).address === 'string';
}

/**
 * What the user's code needs of the host that it serves. The binary holds it, and a host that serves lives
 * though nobody else knows it; one that has ended is collected.
 */
class HostEnd {
  core: Reference<CoreHost> | undefined;

  context(at: number): CoreContext | undefined {
    return this.core?.deref()?.context(at);
  }

  settle(at: number, succeeded: boolean, value: unknown): void {
    this.core?.deref()?.settle(at, succeeded, value);
  }
}

/** Made out here, because a function holds whatever is known where it was made. */
function answererOf(requests: Numbered<(answer: unknown) => void>): (request: number, answer: unknown) => void {
  return (request, answer) => requests.take(request)?.(answer);
}

/** Who serves a port or a worker. */
const hostsAt = new WeakMap<MessagePort | Scope, readonly Reference<ServiceHost>[]>();

/** Has a host serve there too. The second of two with one address would never be found (`HOST-2`). */
function enter(host: ServiceHost, place: MessagePort | Scope): void {
  const others = (hostsAt.get(place) ?? []).flatMap((known) => known.deref() ?? []);
  const open = others.filter((other) => other !== host && other.state !== 'closed' && other.state !== 'faulted');
  const taken = new Set(open.flatMap((other) => other.addresses.map(({ address }) => address)));
  for (const { address } of host.addresses) {
    if (taken.has(address)) throw errorOf('HOST_LISTENER', { endpoint: address, reason: 'another host has it here' });
  }
  hostsAt.set(place, [...open, host].map(weak));
}

/** Hosts that were given one port share it. */
const boards = new WeakMap<MessagePort, CoreBoard>();

function boardOf(control: MessagePort, loaded: Core): CoreBoard {
  let board = boards.get(control);
  if (board === undefined) {
    boards.set(control, board = new loaded.CoreBoard(control));
    // The pages hear of it as well: their calls would wait for ever. The binary cannot be asked any more.
    watchPanic(control, (port, error) => port.postMessage(['panic', error.message.slice(0, 200)]));
  }
  return board;
}

/** Where the pages of a worker come in. */
class Gate {
  readonly #hosts = new Set<ServiceHost>();
  readonly #ports: MessagePort[] = [];
  readonly #sockets: [address: string, port: MessagePort][] = [];
  #closed = 0;

  constructor(scope: Scope) {
    const come = (event: { data: unknown; ports: readonly MessagePort[]; type: string }): void => {
      const [port] = event.ports;
      if (port === undefined) return;
      if (event.type === 'connect' || event.data === HELLO) this.#ports.push(port);
      else if (isSocketHello(event.data)) this.#sockets.push([event.data.address, port]);
      else return;
      this.#let();
    };
    scope.addEventListener('message', come);
    scope.addEventListener('connect', come);
  }

  enter(host: ServiceHost): void {
    this.#hosts.add(host);
    this.#closed += 1;
    host.whenOpened(() => {
      this.#closed -= 1;
      this.#let();
    });
  }

  #let(): void {
    if (this.#closed > 0) return;
    for (const host of this.#hosts) if (host.state === 'closed' || host.state === 'faulted') this.#hosts.delete(host);
    const open = [...this.#hosts].filter((host) => host.state === 'opened');
    for (const port of this.#ports.splice(0)) {
      for (const host of open) host.acceptPort(port);
      if (open.length === 0) port.postMessage(['panic', 'none of its hosts is open']); // or the page would wait for ever
    }
    for (const [address, port] of this.#sockets.splice(0)) {
      const host = open.find((known) => known.addresses.some((one) => one.address === address));
      const socket = new PortSocket(port, SUBPROTOCOL);
      if (host === undefined) socket.close(4404, 'nothing listens at the address');
      else host.acceptSocket(address, socket);
    }
  }
}

const gates = new WeakMap<Scope, Gate>();

function gateOf(scope: Scope): Gate {
  let gate = gates.get(scope);
  if (gate === undefined) gates.set(scope, gate = new Gate(scope));
  return gate;
}

/** A text, nothing if the message was one-way, or a status; a list of those for a list of messages. */
function responseOf(answer: unknown): HostResponse {
  const body = Array.isArray(answer) ? `[${answer.map((one: unknown) => one ?? 202).join(',')}]` : answer;
  if (typeof body === 'string') return { status: 200, contentType: CONTENT_TYPE, headers: [], body };
  return refused(typeof body === 'number' ? body : 202);
}

function refused(status: number): HostResponse {
  return { status, contentType: 'text/plain', headers: [], body: null };
}
