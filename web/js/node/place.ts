/**
 * A server and all who answer on it: several hosts may share one with listeners of its user, and each of
 * them ends when it likes.
 *
 * @module
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** One who answers on a server. */
export interface Guest {
  /** Whether a request is for this one. */
  means(request: IncomingMessage): boolean;
  /** Whether upgrades are, too. */
  readonly upgrades: boolean;
  /** Answers a request. */
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  /** Answers an upgrade. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

type Listener = (...all: never[]) => void;
type Answered = 'request' | 'checkContinue' | 'upgrade';

const places = new WeakMap<Server, Place>();

/** Where guests are. */
export class Place {
  readonly #server: Server;
  /** In the order in which they came: the first answers what is nobody's. */
  readonly #guests = new Set<Guest>();
  /** Those who are not about to leave. */
  readonly #staying = new Set<Guest>();
  /** The server knows neither those that were upgraded nor those that have said nothing over TLS. */
  readonly #sockets = new Set<Duplex>();
  /** Listeners of the user, by what they listen to. One that answers everything would answer for us as well. */
  readonly #others = new Map<Answered, readonly Listener[]>();
  readonly #own: Readonly<Record<Answered, Listener>> = {
    request: (request: IncomingMessage, response: ServerResponse) => this.#onRequest(request, response),
    checkContinue: (request: IncomingMessage, response: ServerResponse) => this.#onContinue(request, response),
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#onUpgrade(request, socket, head),
  };
  #listening: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  /** The place of a server; there is one for each. */
  static of(server: Server): Place {
    const place = places.get(server) ?? new Place(server);
    places.set(server, place);
    return place;
  }

  /** Takes one in, and has the server listen if it does not; the last who leaves stops that. */
  async enter(guest: Guest, listen: () => Promise<void>): Promise<void> {
    if (this.#guests.size === 0) this.#server.on('connection', this.#onConnection);
    this.#guests.add(guest);
    this.#staying.add(guest);
    for (const event of ['request', 'checkContinue', 'upgrade'] as const) {
      if ((event !== 'upgrade' || guest.upgrades) && !this.#others.has(event)) this.#take(event);
    }
    if (!this.#server.listening) this.#listening ??= listen();
    try {
      await this.#listening;
    } catch (error) {
      this.#listening = undefined;
      this.#staying.delete(guest);
      this.#remove(guest);
      throw error;
    }
  }

  /** One is about to leave: when nobody stays, nobody else is let in. */
  retire(guest: Guest): void {
    this.#staying.delete(guest);
    if (this.#staying.size > 0 || this.#listening === undefined) return;
    this.#listening = undefined;
    this.#closed = new Promise((done) => this.#server.close(() => done()));
  }

  /**
   * One leaves. The last one waits until the server is closed, if it is to be, and cuts what is still there
   * when it is `late`.
   */
  async leave(guest: Guest, late: Promise<unknown>): Promise<void> {
    if (this.#guests.size === 1 && this.#closed !== undefined) {
      this.#server.closeIdleConnections();
      await Promise.race([this.#closed, late]);
      for (const socket of this.#sockets) socket.destroy();
      await this.#closed;
      this.#closed = undefined;
    }
    this.#remove(guest);
  }

  #remove(guest: Guest): void {
    if (!this.#guests.delete(guest) || this.#guests.size > 0) return;
    this.#server.off('connection', this.#onConnection);
    for (const event of this.#others.keys()) this.#giveBack(event);
    this.#others.clear();
  }

  #take(event: Answered): void {
    const others = this.#server.rawListeners(event) as Listener[];
    this.#others.set(event, others);
    this.#server.removeAllListeners(event).on(event, this.#own[event] as () => void);
  }

  /** Those who came later stay behind those who were there before. */
  #giveBack(event: Answered): void {
    this.#server.off(event, this.#own[event] as () => void);
    for (const other of [...this.#others.get(event) ?? []].reverse()) this.#server.prependListener(event, other as () => void);
  }

  readonly #onConnection = (socket: Duplex): void => {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };

  /** Whom a request is for, if it is for one of us. */
  #find(request: IncomingMessage): Guest | undefined {
    for (const guest of this.#guests) if (guest.means(request)) return guest;
    return undefined;
  }

  /** Whoever answers what is nobody else's. */
  #first(): Guest | undefined {
    const [guest] = this.#guests;
    return guest;
  }

  /** Has the user's listeners answer; whether there are any, here or behind us. */
  #forward(event: Answered, ...all: readonly unknown[]): boolean {
    const others = this.#others.get(event) ?? [];
    for (const other of others) Reflect.apply(other, this.#server, all);
    return others.length > 0 || this.#server.listenerCount(event) > 1;
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const guest = this.#find(request);
    if (guest !== undefined) guest.onRequest(request, response);
    else if (!this.#forward('request', request, response)) this.#first()?.onRequest(request, response);
  }

  #onContinue(request: IncomingMessage, response: ServerResponse): void {
    const guest = this.#find(request);
    if (guest !== undefined) return guest.onRequest(request, response);
    if (this.#forward('checkContinue', request, response)) return;
    // Who does not listen to this leaves it to Node, which does the same.
    if (this.#hasOthers) response.writeContinue();
    this.#server.emit('request', request, response);
  }

  get #hasOthers(): boolean {
    return (this.#others.get('request')?.length ?? 0) > 0 || this.#server.listenerCount('request') > 1;
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const guest = this.#find(request);
    if (guest !== undefined) guest.onUpgrade(request, socket, head);
    else if (!this.#forward('upgrade', request, socket, head)) this.#first()?.onUpgrade(request, socket, head);
  }
}
