/**
 * A WebSocket on which the runtime speaks its own language at one side, and SOAP goes over the network
 * at the other: one envelope a message, of either kind of frame (interop.md, 1.2 and 1.5).
 *
 * | the runtime says          | here                                                        |
 * |---------------------------|-------------------------------------------------------------|
 * | a message, or a list      | an envelope each                                            |
 * | `=` and a name            | nothing: who accepts a SOAP session says nothing            |
 * | `+` and a number          | nothing: SOAP has no window; receipts are made up here      |
 * | `.`                       | close 1000: nothing more will be sent                       |
 * | `?`                       | `!`                                                         |
 *
 * @module
 */

import type { WebSocketLike } from '../transport.js';
import type { WcfCodec } from '../wasm/wcf.js';
import { reasonOf } from './binary.js';
import { encode, valueOf, type Envelope, type RuntimeMessage } from './envelope.js';

/** The network's end. */
export interface NetworkSocket extends Omit<WebSocketLike, 'send'> {
  send(data: string | Uint8Array): void;
  readonly protocol?: string;
  readonly bufferedAmount?: number;
  /** Cuts it off, where the platform can. */
  terminate?(): void;
}

/** Beyond so many bytes that wait to be sent the runtime is to wait as well. */
const MOST_WAITING = 1_048_576;
/** How long to wait, in milliseconds, before looking again. */
const LOOK_AGAIN = 20;

const OPEN = 1;
const CLOSED = 3;

/** The runtime's end. */
export class SoapSocket extends EventTarget implements WebSocketLike {
  /** What of the interface the runtime sets. */
  binaryType = 'arraybuffer';
  readonly #socket: NetworkSocket;
  readonly #codec: WcfCodec;
  readonly #isClient: boolean;
  /** Frames that were sent and not receipted. */
  #sent = 0;
  #isTelling = false;
  /** Our direction has ended, and the other one. */
  #weEnded = false;
  #theyEnded = false;
  #state: 0 | 1 | 3;

  /** @param codec belongs to this socket from now on. */
  constructor(socket: NetworkSocket, codec: WcfCodec, isClient: boolean) {
    super();
    this.#socket = socket;
    this.#codec = codec;
    this.#isClient = isClient;
    this.#state = socket.readyState === OPEN ? 1 : 0;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#open());
    socket.addEventListener('message', ({ data }: { data: unknown }) => this.#hear(data));
    socket.addEventListener('close', ({ code, reason }: { code?: number; reason?: string }) => this.#closed(code ?? 1006, reason ?? ''));
    // What it says is what goes wrong before a close.
    socket.addEventListener('error', (event: { message?: string }) => {
      this.dispatchEvent(Object.assign(new Event('error'), { message: event.message ?? '' }));
    });
    if (isClient && this.#state === 1) queueMicrotask(() => this.#open());
  }

  /** 0 connecting, 1 open, 3 closed. */
  get readyState(): number {
    return this.#state;
  }

  /** Something that the runtime says. */
  send(data: string): void {
    switch (data[0]) {
      case '{': return this.#post(JSON.parse(data) as RuntimeMessage);
      case '[': return (JSON.parse(data) as RuntimeMessage[]).forEach((message) => this.#post(message));
      case '.': return this.#end();
      case '?': return this.#say('!');
    }
  }

  /** The runtime is done with it. */
  close(code = 1000): void {
    if (this.#state === CLOSED) return;
    this.#state = 3;
    if (code !== 1000 && this.#socket.terminate !== undefined) this.#socket.terminate();
    else if (!this.#weEnded) this.#socket.close(code === 1000 ? 1000 : 4000);
    this.#free();
  }

  #post(message: RuntimeMessage): void {
    this.#sent += 1;
    this.#receipt();
    // Too late: the peer has closed, and could not be told.
    if (this.#theyEnded || this.#weEnded) return;
    let frame: Envelope;
    try {
      frame = encode(this.#codec, valueOf(message));
    } catch (thrown) {
      return this.#cannot(message, reasonOf(thrown));
    }
    this.#socket.send(frame);
  }

  /** A request that cannot be written fails at its caller; a reply becomes a fault. */
  #cannot({ id, relatesTo, action }: RuntimeMessage, reason: string): void {
    if (relatesTo !== undefined) {
      const fault = { code: 'InternalServiceFault', runtime: true, reason: 'the reply cannot be sent' };
      this.#socket.send(encode(this.#codec, valueOf({ action, relatesTo, fault })));
    } else if (id !== undefined) {
      const fault = { code: 'NotCloneable', reason };
      this.#say(JSON.stringify({ v: 1, action: '', relatesTo: id, fault }));
    } else {
      throw new Error(reason);
    }
  }

  /** Nothing more will be sent. */
  #end(): void {
    this.#weEnded = true;
    if (this.#theyEnded) queueMicrotask(() => this.#over(1000, ''));
    else this.#socket.close(1000);
  }

  #open(): void {
    const { protocol } = this.#socket;
    // Not every socket tells; a host that chose none speaks something else.
    if (typeof protocol === 'string' && protocol !== 'soap') {
      this.#socket.close(1000);
      return this.#over(4002, 'the host does not speak soap');
    }
    this.#state = 1;
    this.dispatchEvent(new Event('open'));
    // A SOAP session has no name on the wire; the runtime wants one.
    if (this.#isClient) this.#tell(`=${crypto.randomUUID().replaceAll('-', '')}`);
  }

  #hear(data: unknown): void {
    if (this.#state !== OPEN) return;
    let message: string;
    try {
      message = typeof data === 'string' ? this.#codec.decodeText(data) : this.#codec.decode(new Uint8Array(data as ArrayBuffer));
    } catch (thrown) {
      return this.#drop(reasonOf(thrown));
    }
    this.#tell(message);
  }

  /** What is no message ends a connection without a word (interop.md, 1.5). */
  #drop(reason: string): void {
    if (this.#socket.terminate !== undefined && !this.#isClient) this.#socket.terminate();
    else this.#socket.close(4002);
    this.#over(4002, reason.slice(0, 120));
  }

  #closed(code: number, reason: string): void {
    if (this.#state === CLOSED) return;
    const isClean = code === 1000 || code === 1005;
    // CoreWCF before 1.9.1 does not answer a close: that is one as well (interop.md, 1.5).
    if (!isClean && !(this.#weEnded && code === 1006)) return this.#over(code, reason);
    if (this.#state !== OPEN) return this.#over(code, reason);
    this.#theyEnded = true;
    this.#tell('.');
    if (this.#weEnded) this.#over(1000, '');
  }

  #over(code: number, reason: string): void {
    if (this.#state === CLOSED) return;
    this.#state = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
    this.#free();
  }

  #free(): void {
    // Not while it is being called.
    queueMicrotask(() => this.#codec.free());
  }

  #tell(data: string): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }

  /** Later: the runtime is in the middle of saying something. */
  #say(data: string): void {
    queueMicrotask(() => { if (this.#state === OPEN) this.#tell(data); });
  }

  /** Makes up the receipts that a SOAP peer does not send, as the network takes the frames. */
  #receipt(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const look = (): void => {
      if (this.#state !== OPEN) return;
      if ((this.#socket.bufferedAmount ?? 0) > MOST_WAITING) return void setTimeout(look, LOOK_AGAIN);
      this.#isTelling = false;
      const sent = this.#sent;
      this.#sent = 0;
      this.#tell(`+${sent}`);
    };
    queueMicrotask(look);
  }
}
