/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Several services behind one door.
 *
 * @module
 */

import type { HostAddress, HostIntake, IntakeRequest, IntakeResponse, WebSocketLike } from '../node/intake.js';
import { ALLOW_HEADERS, CONTENT_TYPES, type WcfHost } from './host.js';

/** Any of them: a group asks nothing of their contracts. */
type AnyHost = Pick<WcfHost, 'addresses' | 'open' | 'close' | 'abort' | 'acceptSocket' | 'request' | 'get' | 'state'>;

/**
 * Several hosts that are served together. Their addresses differ.
 *
 * ```ts
 * await using group = new WcfGroup([calculator, echo]);
 * await group.open();
 * await serve(group, { port: 8080 });
 * ```
 */
export class WcfGroup implements HostIntake {
  /** The hosts. */
  readonly hosts: readonly AnyHost[];
  /** WebSocket subprotocols. */
  readonly protocols = ['soap'] as const;
  /** Content types of requests. */
  readonly contentTypes = CONTENT_TYPES;
  /** Headers that pages of other origins send. */
  readonly allowHeaders = ALLOW_HEADERS;

  /** Nothing is opened yet. */
  constructor(hosts: readonly AnyHost[]) {
    this.hosts = [...hosts];
  }

  /** Where they listen. */
  get addresses(): readonly HostAddress[] {
    return this.hosts.flatMap((host) => host.addresses);
  }

  /** Opens all of them, or none: if one fails, the others are ended and its error is thrown. */
  async open(): Promise<void> {
    const opened = await Promise.allSettled(this.hosts.map((host) => host.open()));
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    this.abort();
    throw failed.reason;
  }

  /** Closes all of them in good order. @throws what the first that failed threw, after all have ended. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.hosts.map((host) => host.close()));
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends everything at once. */
  abort(): void {
    for (const host of this.hosts) host.abort();
  }

  /** Takes a session. */
  acceptSocket(address: string, socket: WebSocketLike): void {
    const host = this.#find(address);
    if (host === undefined) socket.close(1008);
    else host.acceptSocket(address, socket);
  }

  /** Carries out a request of HTTP. */
  async request(address: string, request: IntakeRequest): Promise<IntakeResponse> {
    const host = this.#find(address);
    return host?.request(address, request) ?? { status: 404, contentType: 'text/plain', headers: [], body: null };
  }

  /** Answers what asks for a description. */
  async get(address: string, url: URL): Promise<IntakeResponse | undefined> {
    return this.#find(address)?.get(address, url);
  }

  /** Closes all of them; what does not end is aborted. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => this.abort());
  }

  #find(address: string): AnyHost | undefined {
    return this.hosts.find((host) => host.addresses.some((known) => known.address === address));
  }
}
