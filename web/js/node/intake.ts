/**
 * The seam between the network of Node and a host: all that this module knows of a host.
 *
 * @module
 */

/** What a host offers to whoever listens for it. `ServiceHost` is one. */
export interface HostIntake {
  /** Where the host's endpoints are, and what they take. Read once, when it is served. */
  readonly addresses: readonly HostAddress[];
  /** The WebSocket subprotocols that the host speaks, the preferred one first. */
  readonly protocols: readonly string[];
  /** Takes a session. The socket is open, and the host's from now on. */
  acceptSocket(address: string, socket: WebSocketLike): void;
  /** Carries out a single request. It rejects only if the host itself is broken. */
  request(address: string, request: IntakeRequest): Promise<IntakeResponse>;
  /** Answers a GET at one of its addresses, or leaves it alone: for descriptions. The URL is as the client has it. */
  get?(address: string, url: URL): Promise<IntakeResponse | undefined>;
  /** Content types of requests, where those of the runtime are not what it takes. */
  readonly contentTypes?: readonly string[];
  /** Headers that pages of other origins have to be allowed to send. */
  readonly allowHeaders?: readonly string[];
  /** Ends in good order: sessions may end first. */
  close(): Promise<void>;
  /** Ends at once. */
  abort(): void;
}

/** One endpoint. */
export interface HostAddress {
  /** Its path (`/calculator`), or a URL of which the path counts. */
  readonly address: string;
  /** Whether it takes sessions, over WebSocket. */
  readonly sessionful: boolean;
  /** Whether it takes single requests, by POST. */
  readonly sessionless: boolean;
}

/** What a host gets of a request. */
export interface IntakeRequest {
  /** A text if the content type is one, else bytes. */
  readonly body: string | Uint8Array;
  /** Without parameters, in lower case. */
  readonly contentType: string;
  /** Names in lower case. */
  readonly headers: Iterable<[string, string]>;
  /** Aborted when the answer can reach nobody any more. It is made when it is first looked at. */
  readonly signal: AbortSignal;
  /** Has something called when the answer can reach nobody any more, without the costs of a signal. */
  readonly whenGone: (tell: () => void) => void;
}

/** What a host answers. */
export interface IntakeResponse {
  /** 200 to 599. */
  readonly status: number;
  /** Of the body; not sent if there is none. */
  readonly contentType: string;
  /** Besides those that this module sets. */
  readonly headers: readonly (readonly [string, string])[];
  /** Nothing if null. */
  readonly body: string | Uint8Array | null;
}

/** What of the interface of WebSocket a host uses. Sockets of `ws` have all of it. */
export interface WebSocketLike {
  /** `'arraybuffer'` when the host gets it. */
  binaryType: string;
  /** Bytes that are accepted for sending and not sent. */
  readonly bufferedAmount: number;
  /** As in the interface: 1 is open. */
  readonly readyState: number;
  /** The subprotocol that was agreed on. */
  readonly protocol: string;
  /** Sends a text or bytes. */
  send(data: string | ArrayBufferLike | ArrayBufferView): void;
  /** Begins to close. */
  close(code?: number, reason?: string): void;
  /** As in the interface. */
  addEventListener(type: WebSocketEventName, listener: (event: never) => void): void;
  /** As in the interface. */
  removeEventListener(type: WebSocketEventName, listener: (event: never) => void): void;
}

/** The events of a {@link WebSocketLike}. */
export type WebSocketEventName = 'open' | 'message' | 'close' | 'error';

/** Whether a value can be listened for. */
export function isHostIntake(value: unknown): value is HostIntake {
  if (typeof value !== 'object' || value === null) return false;
  const intake = value as Partial<Record<keyof HostIntake, unknown>>;
  return Array.isArray(intake.addresses) && Array.isArray(intake.protocols)
    && (['acceptSocket', 'request', 'close', 'abort'] as const).every((name) => typeof intake[name] === 'function');
}
