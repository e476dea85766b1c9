/**
 * An object with the interface of WebSocket over a `MessagePort`. Browsers let nobody answer a
 * WebSocket of the page; by this one the bundled host is reached through the very transport that
 * reaches a host over the network.
 *
 * | posted              | by     | meaning                              |
 * |---------------------|--------|--------------------------------------|
 * | a text              | both   | a message                            |
 * | `[0, protocol]`     | server | the socket is open                   |
 * | `[1, code, reason]` | both   | the socket is closed                 |
 *
 * @module
 */

import type { WebSocketLike } from './transport.js';

const OPENED = 0;
const CLOSED = 1;

/** A WebSocket whose other end is that of a port. */
export class PortSocket extends EventTarget implements WebSocketLike {
  /** What of the interface the transport sets. Only texts travel here. */
  binaryType = 'arraybuffer';
  /** The subprotocol, once it is open. */
  protocol = '';
  /** Nothing is kept back here. */
  readonly bufferedAmount = 0;
  readonly #port: MessagePort;
  #state: 0 | 1 | 3 = 0;

  /** @param protocol given by the side that accepts: it is open at once, and the other is told. */
  constructor(port: MessagePort, protocol?: string) {
    super();
    this.#port = port;
    port.addEventListener('message', ({ data }: MessageEvent) => this.#hear(data));
    port.addEventListener('messageerror', () => this.#end(1003, 'unreadable'));
    // Not every browser tells.
    port.addEventListener('close', () => this.#end(1006, ''));
    port.start();
    if (protocol === undefined) return;
    this.#open(protocol);
    port.postMessage([OPENED, protocol]);
  }

  /** 0 connecting, 1 open, 3 closed. */
  get readyState(): number {
    return this.#state;
  }

  /** Sends a text. */
  send(data: string): void {
    if (this.#state === 0) throw new DOMException('the socket is not open yet', 'InvalidStateError');
    if (this.#state === 1) this.#port.postMessage(data);
  }

  /** Closes it. */
  close(code = 1000, reason = ''): void {
    if (this.#state === 3) return;
    this.#port.postMessage([CLOSED, code, reason]);
    this.#end(code, reason);
  }

  #hear(data: unknown): void {
    if (typeof data === 'string') {
      if (this.#state === 1) this.dispatchEvent(new MessageEvent('message', { data }));
      return;
    }
    const [word, first, second] = Array.isArray(data) ? data as unknown[] : [];
    if (word === OPENED && this.#state === 0) this.#open(String(first));
    else if (word === CLOSED) this.#end(typeof first === 'number' ? first : 1005, String(second ?? ''));
    else this.#end(1002, 'not understood');
  }

  #open(protocol: string): void {
    this.#state = 1;
    this.protocol = protocol;
    this.dispatchEvent(new Event('open'));
  }

  #end(code: number, reason: string): void {
    if (this.#state === 3) return;
    this.#state = 3;
    // Node has no such event of its own.
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
    this.#port.close();
  }
}
