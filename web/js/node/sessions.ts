/**
 * Sessions: an upgrade that is let in becomes an open socket of the host.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { explain, refusalHeaders, type Door, type Refused } from './door.js';
import type { HostAddress, HostIntake, WebSocketLike } from './intake.js';
import type { Tell } from './log.js';
import type { Settings } from './options.js';
import { nameOf } from './requests.js';
import type { Sweep } from './sweep.js';

/** How long, in milliseconds, a peer that is refused may take to notice. */
const LINGER_TIME = 1_000;

/** How long, in milliseconds, a peer may take to answer a close. */
const CLOSE_TIMEOUT = 5_000;

/** Close codes (RFC 6455, 7.4.1 and the registry). */
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

interface Session {
  readonly id: number;
  readonly address: string;
  readonly peer: string;
  readonly opened: number;
  alive: boolean;
}

/** Takes upgrades in and looks after the sockets that they become. */
export class Sessions {
  readonly #host: HostIntake;
  readonly #settings: Settings;
  readonly #door: Door;
  readonly #sweep: Sweep;
  readonly #tell: Tell;
  readonly #server: WebSocketServer;
  readonly #open = new Map<WebSocket, Session>();
  #idle: (() => void)[] = [];
  #last = 0;

  constructor(host: HostIntake, settings: Settings, door: Door, sweep: Sweep, tell: Tell, make: typeof WebSocketServer) {
    this.#host = host;
    this.#settings = settings;
    this.#door = door;
    this.#sweep = sweep;
    this.#tell = tell;
    // The types of ws do not know closeTimeout yet.
    const options = {
      noServer: true,
      clientTracking: false,
      maxPayload: settings.maxBytes,
      closeTimeout: CLOSE_TIMEOUT,
      perMessageDeflate: settings.compression ? { threshold: 1_024, concurrencyLimit: 4 } : false,
      handleProtocols: (offered: Set<string>) => this.#choose(offered) ?? false,
    };
    this.#server = new make(options);
    this.#server.on('wsClientError', (_, socket, request) => {
      this.#refuse(request, socket, { status: 400, reason: 'malformed' });
    });
    sweep.every(settings.pingInterval, () => this.#ping());
  }

  /** How many sessions are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Resolves when none is open. */
  idle(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  /** Takes one upgrade in, or says why not. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const admitted = this.#door.admit(request, this.#sweep.now);
    // A page cannot see the status of an upgrade that fails, but it can see the code of a close.
    const later = 'status' in admitted && (admitted.reason === 'rate' || admitted.reason === 'connections') ? admitted : undefined;
    if ('status' in admitted && (later === undefined || later.endpoint === undefined)) return this.#refuse(request, socket, admitted);
    const endpoint = admitted.endpoint as HostAddress;
    const refusal = this.#check(request, endpoint);
    if (refusal !== undefined) return this.#refuse(request, socket, { ...refusal, endpoint });
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      if (later === undefined) this.#accept(request, opened, endpoint);
      else this.#turnAway(request, opened, later);
    });
  }

  #check(request: IncomingMessage, endpoint: HostAddress): Refused | undefined {
    if (!endpoint.sessionful) return { status: 404, reason: 'upgrade' };
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    return this.#choose(new Set(offered)) === undefined ? { status: 400, reason: 'subprotocol' } : undefined;
  }

  #choose(offered: ReadonlySet<string>): string | undefined {
    return this.#host.protocols.find((name) => offered.has(name));
  }

  #accept(request: IncomingMessage, socket: WebSocket, { address }: HostAddress): void {
    const session: Session = {
      id: ++this.#last, address, peer: this.#door.peer(request), opened: this.#sweep.now, alive: true,
    };
    const { id, peer } = session;
    this.#open.set(socket, session);
    socket.binaryType = 'arraybuffer';
    socket.on('pong', () => { session.alive = true; });
    socket.on('error', (error: Error & { code?: unknown }) => {
      const reason = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too-large' : 'malformed';
      this.#tell({ type: 'session-cut', address, peer, id, reason });
    });
    socket.once('close', (code) => {
      this.#open.delete(socket);
      this.#tell({ type: 'session-closed', address, peer, id, code, took: this.#sweep.now - session.opened });
      if (this.#open.size > 0) return;
      for (const done of this.#idle.splice(0)) done();
    });
    this.#bound(socket, session);
    this.#tell({ type: 'session-opened', address, peer, id });
    try {
      this.#host.acceptSocket(address, socket as unknown as WebSocketLike);
    } catch (error) {
      this.#tell({ type: 'failed', address, error: nameOf(error) });
      this.#close(socket, INTERNAL_ERROR, 'the host has failed');
    }
  }

  /** The runtime believes what a peer says it has received; here one sees what has left. */
  #bound(socket: WebSocket, { id, address, peer }: Session): void {
    const send = socket.send.bind(socket) as (data: unknown) => void;
    socket.send = (data: unknown): void => {
      if (socket.bufferedAmount <= this.#settings.maxUnsent || socket.readyState !== socket.OPEN) return send(data);
      this.#tell({ type: 'session-cut', address, peer, id, reason: 'unread' });
      socket.terminate();
    };
  }

  #turnAway(request: IncomingMessage, socket: WebSocket, refused: Refused): void {
    socket.on('error', () => {});
    const at = refused.endpoint === undefined ? {} : { address: refused.endpoint.address };
    this.#tell({ type: 'refused', status: TRY_AGAIN_LATER, reason: refused.reason, peer: this.#door.peer(request), ...at });
    this.#close(socket, TRY_AGAIN_LATER, explain(refused, this.#settings));
  }

  /** Closes, and cuts a peer that does not close in turn. */
  #close(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, reason);
    const late = this.#sweep.add(LINGER_TIME, () => socket.terminate());
    socket.once('close', () => this.#sweep.cancel(late));
  }

  #refuse(request: IncomingMessage, socket: Duplex, refused: Refused): void {
    const { status, reason, endpoint } = refused;
    const at = endpoint === undefined ? {} : { address: endpoint.address };
    this.#tell({ type: 'refused', status, reason, peer: this.#door.peer(request), ...at });
    const text = `${explain(refused, this.#settings)}\n`;
    const headers = {
      ...refusalHeaders(refused), 'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)), connection: 'close',
    };
    refuseRaw(socket, status, headers, text, this.#sweep);
  }

  #ping(): void {
    for (const [socket, session] of this.#open) {
      if (!session.alive) {
        const { id, address, peer } = session;
        this.#tell({ type: 'session-cut', address, peer, id, reason: 'silent' });
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) {
        session.alive = false;
        socket.ping();
      }
    }
  }

  /** Cuts all sessions off; returns how many there were. */
  cut(): number {
    const cut = this.#open.size;
    for (const socket of this.#open.keys()) socket.terminate();
    return cut;
  }
}

/** Answers on a bare connection, and closes it. */
export function refuseRaw(
  socket: Duplex, status: number, headers: Readonly<Record<string, string>>, text: string, sweep: Sweep,
): void {
  if (!socket.writable) return void socket.destroy();
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const late = sweep.add(LINGER_TIME, () => socket.destroy());
  socket.once('close', () => sweep.cancel(late));
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}\r\n${text}`);
}
