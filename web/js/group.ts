/**
 * Several hosts behind one door.
 *
 * @module
 */

import type { HostRequest, HostResponse, Scope, ServiceHost } from './host.js';
import { Members } from './members.js';
import { SUBPROTOCOL, type WebSocketLike } from './transport.js';

/**
 * Several hosts that are served together: by one worker, one port, one server. Their addresses differ.
 *
 * ```ts
 * const group = new HostGroup([calculator, chat]);
 * await group.open();
 * ```
 */
export class HostGroup extends Members<ServiceHost> {
  /** Subprotocols of WebSockets, the preferred one first. */
  readonly protocols: readonly string[] = [SUBPROTOCOL];

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
    const host = this.find(address);
    if (host === undefined) socket.close(4404, 'nothing listens at the address');
    else host.acceptSocket(address, socket);
  }

  /** See {@link ServiceHost.request}. */
  async request(address: string, request: HostRequest): Promise<HostResponse> {
    const host = this.find(address);
    return host === undefined
      ? { status: 404, contentType: 'text/plain', headers: [], body: null }
      : host.request(address, request);
  }
}
