// A host that echoes, and remembers what it was given.

import type { HostIntake, IntakeRequest, IntakeResponse, WebSocketLike } from '../node/intake.js';

export const PROTOCOL = 'sessionful.json.v1';
export const JSON_TYPE = 'application/vnd.sessionful.v1+json';

export class FakeIntake implements HostIntake {
  addresses = [
    { address: '/both', sessionful: true, sessionless: true },
    { address: '/calls', sessionful: false, sessionless: true },
    { address: '/sessions', sessionful: true, sessionless: false },
    { address: '/größe', sessionful: false, sessionless: true },
  ];
  protocols: readonly string[] = ['sessionful.bin.v1', PROTOCOL];
  readonly sockets = new Set<WebSocketLike>();
  readonly requests: (Omit<IntakeRequest, 'headers'> & { address: string; headers: Map<string, string> })[] = [];
  aborted = false;
  closed = false;
  /** What a request does; echoes unless set. */
  answer: (request: IntakeRequest) => Promise<IntakeResponse> | IntakeResponse = ({ body, contentType }) =>
    ({ status: 200, contentType, headers: [['x-echo', 'yes']], body });
  /** What is done with a session; echoes unless set. */
  session: (socket: WebSocketLike, address: string) => void = (socket) => {
    socket.addEventListener('message', (event: { data: string | ArrayBuffer }) => socket.send(event.data));
  };
  /** What closing does; closes the sessions unless set. */
  ending: () => Promise<void> = async () => {
    for (const socket of this.sockets) socket.close(1001, 'the host is closing');
  };

  acceptSocket(address: string, socket: WebSocketLike): void {
    this.sockets.add(socket);
    socket.addEventListener('close', () => this.sockets.delete(socket));
    this.session(socket, address);
  }

  async request(address: string, request: IntakeRequest): Promise<IntakeResponse> {
    this.requests.push({ ...request, address, headers: new Map(request.headers) });
    return this.answer(request);
  }

  close(): Promise<void> {
    this.closed = true;
    return this.ending();
  }

  abort(): void {
    this.aborted = true;
  }
}
