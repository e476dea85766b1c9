/**
 * Serving a host over the network of Node: sessions over WebSocket, single requests over HTTP.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { errorOf } from '../errors.js';
import { Door, explain } from './door.js';
import { isHostIntake, type HostIntake } from './intake.js';
import { quietly, type Refusal, type Tell } from './log.js';
import { readOptions, type ServeOptions, type Settings } from './options.js';
import { Place, type Guest } from './place.js';
import { nameOf, Requests } from './requests.js';
import { refuseRaw, Sessions } from './sessions.js';
import { Sweep } from './sweep.js';

const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol.asyncDispose as typeof Symbol.asyncDispose | undefined) ?? Symbol.for('Symbol.asyncDispose') as never;

/** The longest that timers know; they take more for nothing. */
const LONGEST = 2 ** 31 - 1;
/** How exactly times are kept, in milliseconds, at most. */
const PERIOD = 1_000;
/** So many connections beyond the limit are told that there are too many; the rest is cut. */
const RESERVE = 64;

/** A host that is being served. */
export interface NodeHost {
  /** Where it is, without a path: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /** How many there are now. */
  readonly stats: { readonly connections: number; readonly sessions: number; readonly requests: number };
  /**
   * Ends in good order: nothing new is accepted, requests are answered, the host closes and with it its
   * sessions; what is still there after `drainTimeout` is cut. A second call waits for the first.
   *
   * @param within milliseconds, instead of `drainTimeout`; with `Infinity` nothing is cut.
   * @returns when nothing is open any more. Rejects as the host does, and then everything is closed too.
   */
  close(within?: number): Promise<void>;
  /** Ends at once. Safe at any time, also while {@link close} waits, which then is over soon. */
  abort(): void;
  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves a host: listens, lets in whom the options let in, and hands sockets and requests on.
 *
 * ```ts
 * const served = await serve(host, { port: 8080, origins: ['https://app.example'] });
 * process.once('SIGTERM', () => void served.close());
 * ```
 *
 * Sessions need the package `ws` (version 8), which is loaded only if the host has any.
 *
 * @throws HostError if an option or an address of the host cannot be, if `ws` is missing, or if the port
 *   is taken (`HOST-2`). Nothing is left listening then.
 */
export async function serve(host: HostIntake, options: ServeOptions = {}): Promise<NodeHost> {
  if (!isHostIntake(host)) throw errorOf('LISTEN_OPTION', { option: 'host', reason: 'is no host that can be served' });
  const settings = readOptions(options);
  const door = new Door(host, settings);
  const make = host.addresses.some((address) => address.sessionful) ? await loadWebSocketServer() : undefined;
  const served = new Served(host, settings, door, make);
  await served.listen();
  return served;
}

async function loadWebSocketServer(): Promise<typeof WebSocketServer> {
  try {
    return (await import('ws')).WebSocketServer;
  } catch (cause) {
    throw errorOf('LISTEN_MODULE', {}, { cause });
  }
}

class Served implements NodeHost, Guest {
  readonly #host: HostIntake;
  readonly #settings: Settings;
  readonly #door: Door;
  readonly #tell: Tell;
  readonly #sweep: Sweep;
  readonly #requests: Requests;
  readonly #sessions: Sessions | undefined;
  readonly #server: Server;
  readonly #place: Place;
  readonly #isOurs: boolean;
  readonly #listeners: readonly (readonly [event: string, listener: (...all: never[]) => void])[];
  /** The response that is being written on a connection: an error may come in the middle of it. */
  readonly #writing = new WeakMap<Duplex, ServerResponse>();
  #closing: Promise<void> | undefined;
  #cut: (() => void) | undefined;

  constructor(host: HostIntake, settings: Settings, door: Door, make: typeof WebSocketServer | undefined) {
    this.#host = host;
    this.#settings = settings;
    this.#door = door;
    this.#tell = quietly(settings.log);
    this.#sweep = new Sweep(Math.max(10, Math.min(PERIOD, shortest(settings) / 4)));
    this.#sweep.every(60_000, (now) => door.sweep(now));
    this.#requests = new Requests(host, settings, door, this.#sweep, this.#tell);
    this.#sessions = make && new Sessions(host, settings, door, this.#sweep, this.#tell, make);
    this.#isOurs = settings.server === undefined;
    this.#server = (settings.server as Server | undefined) ?? ourServer(settings);
    this.#place = Place.of(this.#server);
    this.#listeners = [
      ['connection', (socket: Duplex) => this.#onConnection(socket)],
      ['drop', () => this.#tell({ type: 'dropped' })],
      ...(this.#isOurs ? [['clientError', (error: NodeJS.ErrnoException, socket: Duplex) => void this.#onClientError(error, socket)]] as const : []),
    ];
  }

  async listen(): Promise<void> {
    for (const [event, listener] of this.#listeners) this.#server.on(event, listener as () => void);
    try {
      await this.#place.enter(this, () => listening(this.#server, this.#settings));
    } catch (error) {
      this.#leave();
      throw error;
    }
    this.#tell({ type: 'listening', url: this.url });
  }

  get port(): number {
    return this.#listensOn?.port ?? 0;
  }

  get url(): string {
    // Users' servers listen where they like.
    const hostname = this.#isOurs ? this.#settings.hostname : this.#listensOn?.address ?? '';
    const name = hostname === '0.0.0.0' || hostname === '::' || hostname === '' ? 'localhost'
      : hostname.includes(':') ? `[${hostname}]` : hostname;
    const secure = 'setSecureContext' in this.#server;
    return `${secure ? 'https' : 'http'}://${name}:${this.port}`;
  }

  get #listensOn(): AddressInfo | undefined {
    const address = this.#server.address();
    return typeof address === 'object' ? address ?? undefined : undefined;
  }

  get stats(): NodeHost['stats'] {
    return { connections: this.#door.connections, sessions: this.#sessions?.size ?? 0, requests: this.#requests.size };
  }

  close(within: number = this.#settings.drainTimeout): Promise<void> {
    if (!(typeof within === 'number' && within >= 0)) {
      return Promise.reject(errorOf('LISTEN_OPTION', { option: 'within', reason: 'has to be a number from 0, or Infinity' }));
    }
    this.#closing ??= this.#drain(within, async () => this.#host.close());
    return this.#closing;
  }

  abort(): void {
    if (this.#closing !== undefined) return this.#cut?.();
    this.#closing = this.#drain(0, async () => this.#host.abort());
    this.#cut?.();
    // Whoever waits for `close` hears of what went wrong; nobody waits for this.
    this.#closing.catch(() => {});
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(within: number, endHost: () => Promise<void>): Promise<void> {
    this.#door.draining = true;
    this.#tell({ type: 'draining', sessions: this.#sessions?.size ?? 0, requests: this.#requests.size });
    this.#place.retire(this);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((done) => {
      this.#cut = () => done(false);
      if (within !== Infinity) timer = setTimeout(this.#cut, Math.min(within, LONGEST));
    });
    let failure: { readonly error: unknown } | undefined;
    const hostEnded = endHost().catch((error: unknown) => { failure = { error }; });
    const allEnded = Promise.all([hostEnded, this.#requests.idle(), this.#sessions?.idle()]).then(() => true);
    let cut = 0;
    const inGoodOrder = await Promise.race([allEnded, late]);
    if (!inGoodOrder) {
      cut = this.#requests.size + (this.#sessions?.size ?? 0);
      attempt(() => this.#host.abort());
    }
    this.#sessions?.cut();
    this.#requests.cut();
    await Promise.all([this.#sessions?.idle(), this.#requests.idle()]);
    // Nobody else is on a server of ours.
    await this.#place.leave(this, this.#isOurs ? Promise.resolve() : late);
    clearTimeout(timer);
    this.#leave();
    this.#tell({ type: 'closed', cut });
    if (failure !== undefined) throw failure.error;
  }

  #leave(): void {
    for (const [event, listener] of this.#listeners) this.#server.off(event, listener as () => void);
    this.#sweep.stop();
  }

  means(request: IncomingMessage): boolean {
    return this.#door.find(request) !== undefined;
  }

  /** On a server of the user, whoever offers another protocol shall be answered as if nobody upgraded. */
  get upgrades(): boolean {
    return this.#isOurs || this.#sessions !== undefined;
  }

  onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#writing.set(request.socket, response);
    this.#guard(request.socket, () => this.#requests.handle(request, response));
  }

  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const sessions = this.#sessions;
    if (sessions !== undefined) return this.#guard(socket, () => sessions.handle(request, socket, head));
    socket.on('error', () => {});
    const found = this.#door.find(request);
    this.#refuseRaw(socket, typeof found === 'object' ? 400 : 404, typeof found === 'object' ? 'malformed' : 'path');
  }

  /** What a function of the user throws must not end the process. */
  #guard(socket: Duplex, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#tell({ type: 'failed', address: '', error: nameOf(error) });
      socket.destroy();
    }
  }

  #onConnection(socket: Duplex): void {
    this.#door.connections += 1;
    socket.once('close', () => { this.#door.connections -= 1; });
  }

  /** What is no HTTP, or comes too slowly. The parser has given up on this connection. */
  async #onClientError(error: NodeJS.ErrnoException, socket: Duplex): Promise<void> {
    if (error.code !== 'ECONNRESET') await this.#requests.answered(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || this.#writing.get(socket)?.headersSent === true) {
      return void socket.destroy();
    }
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') this.#refuseRaw(socket, 408, 'timeout');
    else if (error.code === 'HPE_HEADER_OVERFLOW') this.#refuseRaw(socket, 431, 'header-too-large');
    else this.#refuseRaw(socket, 400, 'malformed');
  }

  #refuseRaw(socket: Duplex, status: number, reason: Refusal): void {
    const peer = ('remoteAddress' in socket ? socket.remoteAddress as string | undefined : undefined) ?? '?';
    this.#tell({ type: 'refused', status, reason, peer });
    const text = `${explain({ status, reason }, this.#settings)}\n`;
    refuseRaw(socket, status, {
      'content-type': 'text/plain; charset=utf-8', 'content-length': String(Buffer.byteLength(text)), connection: 'close',
    }, text, this.#sweep);
  }
}

/** The least of the times that are kept by the sweep. */
function shortest({ pingInterval, responseTimeout }: Settings): number {
  return Math.min(pingInterval, responseTimeout);
}

function ourServer(settings: Settings): Server {
  const { bodyTimeout, maxConnections } = settings;
  const headersTimeout = Math.min(settings.headersTimeout, bodyTimeout);
  const server = createServer({
    headersTimeout,
    requestTimeout: bodyTimeout,
    // One check for all connections; it decides how exact the two are.
    connectionsCheckingInterval: Math.max(20, Math.min(PERIOD, headersTimeout / 4)),
    keepAliveTimeout: settings.keepAliveTimeout,
    maxHeaderSize: settings.maxHeaderBytes,
    noDelay: true,
  });
  server.maxConnections = maxConnections + RESERVE;
  return server;
}

function listening(server: Server, { port, hostname }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      reject(errorOf('LISTEN_ADDRESS', { address: `${hostname}:${port}`, reason: cause.code ?? cause.name }, { cause }));
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError).once('listening', onListening).listen(port, hostname);
  });
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // Everything is being cut off anyhow.
  }
}
