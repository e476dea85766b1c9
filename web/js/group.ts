/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Several hosts behind one door.
 *
 * @module
 */

import type { HostRequest, HostResponse, Scope, ServiceHost } from './host.js';
import { SUBPROTOCOL, type WebSocketLike } from './transport.js';

/**
 * Several hosts that are served together: by one worker, one port, one server. Their addresses differ.
 *
 * ```ts
 * const group = new HostGroup([calculator, chat]);
 * await group.open();
 * ```
 */
export class HostGroup implements AsyncDisposable {
  /** The hosts. */
  readonly hosts: readonly ServiceHost[];
  /** Subprotocols of WebSockets, the preferred one first. */
  readonly protocols: readonly string[] = [SUBPROTOCOL];

  /** Nothing is opened yet. */
  constructor(hosts: readonly ServiceHost[]) {
    this.hosts = [...hosts];
  }

  /** Where they listen. */
  get addresses(): readonly { address: string; sessionful: boolean; sessionless: boolean }[] {
    return this.hosts.flatMap((host) => host.addresses);
  }

  /** Opens all of them, or none: if one fails, the others are closed again and its error is thrown. */
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

  /** See {@link ServiceHost.serve}. */
  serve(scope: Scope): void {
    for (const host of this.hosts) host.serve(scope);
  }

  /** See {@link ServiceHost.serveFetch}. */
  serveFetch(scope: Scope): void {
    for (const host of this.hosts) host.serveFetch(scope);
  }

  /** See {@link ServiceHost.acceptPort}. */
  acceptPort(control: MessagePort): void {
    for (const host of this.hosts) host.acceptPort(control);
  }

  /** See {@link ServiceHost.acceptSocket}; a socket to nobody's address is closed with code 4404. */
  acceptSocket(address: string, socket: WebSocketLike): void {
    const host = this.#find(address);
    if (host === undefined) socket.close(4404, 'nothing listens at the address');
    else host.acceptSocket(address, socket);
  }

  /** See {@link ServiceHost.request}. */
  async request(address: string, request: HostRequest): Promise<HostResponse> {
    const host = this.#find(address);
    return host === undefined
      ? { status: 404, contentType: 'text/plain', headers: [], body: null }
      : host.request(address, request);
  }

  /** Closes all of them; what does not end is aborted. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => this.abort());
  }

  #find(address: string): ServiceHost | undefined {
    return this.hosts.find((host) => host.addresses.some((known) => known.address === address));
  }
}
