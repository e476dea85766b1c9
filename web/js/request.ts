/**
 * Single requests: what sends them, how they are given up, and what comes back.
 *
 * @module
 */

/** Browsers open six connections to an origin; what waits there cannot be told from what is served. @internal */
export const MOST_REQUESTS = 6;
/** How long a request may become. Browsers take a millisecond and more for each, so few long ones are better. */
const PIECE = 256 * 1024;

/** What of the interface of Response is used. */
export type FetchAnswer = Pick<Response, 'status' | 'text' | 'arrayBuffer'> & {
  readonly type?: string;
  readonly headers?: Pick<Headers, 'get'>;
  /** A stream of the web, read only as far as a message may be long. Otherwise `text` or `arrayBuffer` gives all of it. */
  readonly body?: object | null;
  /** The body, where all of it is there already. */
  readonly received?: Uint8Array<ArrayBuffer>;
};

/** Headers by name. @internal */
export type PlainHeaders = Readonly<Record<string, string>>;

/** By which a request ends; see `courier.js`. @internal */
export interface Stop {
  /** Whether nobody wants the answer any more. */
  readonly isStopped: boolean;
  /** The same as a signal, which is made when somebody asks for it. */
  readonly signal: AbortSignal;
  /** Called when it is given up, if somebody sets it. */
  onstop: (() => void) | undefined;
  /** How many bytes an answer may have before it is too long. */
  readonly most: number;
  /** The bytes of an answer, to its end or until it is too long. */
  read(answer: FetchAnswer): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a sender is given. @internal */
export type PlainInit = Omit<RequestInit, 'headers' | 'signal'> & { readonly headers: PlainHeaders };

/** Sends a request and does not follow where it is led. @internal */
export type Sender = (to: URL, init: PlainInit, stop: Stop) => Promise<FetchAnswer>;

/** Status (0 for a redirect), content type and content, which is left out if the answer broke off. @internal */
export type Answer = readonly [status: number, contentType: string, content?: unknown];

/** A message that is not spelled as text. Bits of its kind: see `language.rs`. @internal */
export type MessageValue = readonly [
  kind: number, action: string, id: number | string | undefined, content: unknown, headers?: readonly object[],
];

/** What the binary's courier sends requests by. @internal */
export type Exchange<Body = string> = (address: string, body: Body, stop: Stop) => Promise<Answer>;

let sender: Sender | undefined;
let mostRequests = MOST_REQUESTS;
let piece = PIECE;

/**
 * Says what sends requests on a platform that has something better than fetch, and how many may be on their way
 * at once, and how long one may become; for the entries of the package.
 */
export function provideSender(send: Sender, most: number, length: number): void {
  sender = send;
  mostRequests = most;
  piece = length;
}

/** How long a request may become, in UTF-16 units, if the messages of one turn travel together, or 0. @internal */
export const pieceOf = (batch: boolean | undefined): number => (batch === true ? piece : 0);

/** How many requests may be on their way at once, unless somebody says so. @internal */
export const requestsAtOnce = (own: number | undefined): number => Math.min(own ?? mostRequests, 2 ** 32 - 1);

/** A function of the shape of fetch. @internal */
export type FetchLike = (address: string, init: RequestInit) => Promise<FetchAnswer> | FetchAnswer;

/** What sends requests: what the user gave, or the platform's. @internal */
export function senderOf(own: FetchLike | undefined): Sender {
  if (own === undefined && sender !== undefined) return sender;
  return async ({ href }, init, { signal }) => (own ?? globalThis.fetch)(href, { ...init, signal });
}

/** Sends requests; whatever comes back, or is thrown or made up, becomes an answer or a rejection. @internal */
export function exchangeBy(send: (address: string, body: string, stop: Stop) => Promise<FetchAnswer>): Exchange {
  return async (address, body, stop) => {
    const answer = await send(address, body, stop);
    const status = answer.type === 'opaqueredirect' ? 0 : answer.status;
    const contentType = answer.headers?.get('content-type') ?? '';
    try {
      return [status, contentType, isReadable(answer) ? decoder.decode(await stop.read(answer)) : await answer.text()];
    } catch {
      return [status, contentType];
    }
  };
}

const decoder = new TextDecoder();

/** Whether an answer is read here, and not by itself. @internal */
export const isReadable = ({ received, body }: FetchAnswer): boolean => (
  // Some functions of the shape of fetch have streams of another kind.
  received !== undefined || (body != null && 'getReader' in body)
);
