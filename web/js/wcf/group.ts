/**
 * Several services behind one door.
 *
 * @module
 */

import { Members } from '../members.js';
import type { HostIntake, IntakeRequest, IntakeResponse, WebSocketLike } from '../node/intake.js';
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
export class WcfGroup extends Members<AnyHost> implements HostIntake {
  /** WebSocket subprotocols. */
  readonly protocols = ['soap'] as const;
  /** Content types of requests. */
  readonly contentTypes = CONTENT_TYPES;
  /** Headers that pages of other origins send. */
  readonly allowHeaders = ALLOW_HEADERS;

  /** Takes a session. */
  acceptSocket(address: string, socket: WebSocketLike): void {
    const host = this.find(address);
    if (host === undefined) socket.close(1008);
    else host.acceptSocket(address, socket);
  }

  /** Carries out a request of HTTP. */
  async request(address: string, request: IntakeRequest): Promise<IntakeResponse> {
    const host = this.find(address);
    return host?.request(address, request) ?? { status: 404, contentType: 'text/plain', headers: [], body: null };
  }

  /** Answers what asks for a description. */
  async get(address: string, url: URL): Promise<IntakeResponse | undefined> {
    return this.find(address)?.get(address, url);
  }
}
