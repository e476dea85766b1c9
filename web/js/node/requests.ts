/**
 * Single requests: a POST with a body becomes a request of the host, and its answer the response.
 *
 * @module
 */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Crowd, type Seat } from '../crowd.js';
import { explain, refusalHeaders, type Door, type Refused } from './door.js';
import { gather } from './gather.js';
import { encodingOf } from './sender.js';
import type { HostAddress, HostIntake, IntakeRequest, IntakeResponse } from './intake.js';
import type { Tell } from './log.js';
import type { Settings } from './options.js';
import type { Sweep } from './sweep.js';

/** A client that is being refused may go on sending for that long, in milliseconds, … */
const LINGER_TIME = 1_000;
/** … and that much, in bytes. A connection that is cut while it sends would hide the reason from it. */
const LINGER_BYTES = 1_048_576;

const SAFE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

const TOO_MANY: Refused = { status: 503, reason: 'requests', retryAfter: 1_000 };

/** A response that is not over, and what is to be done when it is. */
interface Running {
  readonly response: ServerResponse;
  readonly steps: (() => void)[];
}

/** A request that is on its way to the host. */
interface Coming {
  readonly endpoint: HostAddress;
  readonly peer: string;
  readonly started: number;
}

/** Answers requests. */
export class Requests {
  readonly #host: HostIntake;
  readonly #settings: Settings;
  readonly #door: Door;
  readonly #sweep: Sweep;
  readonly #tell: Tell;
  /** What is being answered, with what is to be done when that is over. */
  readonly #running = new Crowd<Running>();
  readonly #seats = new WeakMap<ServerResponse, Seat<Running>>();
  readonly #bySocket = new WeakMap<Duplex, Set<ServerResponse>>();
  readonly #contentTypes: ReadonlySet<string>;
  #idle: (() => void)[] = [];
  /** Those that the host is at work on. Who does not pick up answers must not keep others out. */
  #inHost = 0;

  constructor(host: HostIntake, settings: Settings, door: Door, sweep: Sweep, tell: Tell) {
    this.#host = host;
    this.#settings = settings;
    this.#door = door;
    this.#sweep = sweep;
    this.#tell = tell;
    this.#contentTypes = new Set((host.contentTypes ?? settings.contentTypes).map((type) => type.toLowerCase()));
  }

  /** How many requests are being answered. */
  get size(): number {
    return this.#running.size;
  }

  /** Resolves when none is being answered. */
  idle(): Promise<void> {
    return this.#running.size === 0 ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  /** Resolves when all that came whole over a connection are answered. */
  async answered(socket: Duplex): Promise<void> {
    for (const response of [...this.#bySocket.get(socket) ?? []]) {
      if (response.req.complete && this.#seats.has(response)) await new Promise<void>((done) => this.#whenOver(response, done));
    }
  }

  /** Cuts all of them off. */
  cut(): void {
    for (const { value } of this.#running.all()) value.response.destroy();
  }

  /** Answers one. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    // Whoever listens to neither would be thrown at.
    request.on('error', () => {});
    response.on('error', () => {});
    this.#begin(request.socket, response);
    const admitted = this.#door.admit(request, this.#sweep.now);
    // Also a page that is refused for its rate shall be able to read that.
    if (this.#door.admitsOrigin(request)) this.#allowOrigin(request, response);
    if ('status' in admitted) return this.#refuse(request, response, admitted);
    const { endpoint } = admitted;
    if (request.method === 'GET' && this.#host.get !== undefined) return void this.#describe(request, response, endpoint);
    if (request.method === 'OPTIONS') return this.#preflight(request, response);
    const refusal = this.#check(request, endpoint);
    if (refusal !== undefined) return this.#refuse(request, response, { ...refusal, endpoint });
    if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
    this.#receive(request, response, endpoint);
  }

  /** A GET is for descriptions; where there are none it is refused like any other that is no POST. */
  async #describe(request: IncomingMessage, response: ServerResponse, endpoint: HostAddress): Promise<void> {
    try {
      const answer = await this.#host.get?.(endpoint.address, urlOf(request));
      if (answer !== undefined) return this.#answer(request, response, answer);
    } catch (error) {
      return this.#fail(request, response, endpoint, error);
    }
    this.#refuse(request, response, { ...(this.#check(request, endpoint) ?? { status: 405, reason: 'method' }), endpoint });
  }

  #check(request: IncomingMessage, endpoint: HostAddress): Refused | undefined {
    if (!endpoint.sessionless) return { status: 426, reason: 'upgrade' };
    if (request.method !== 'POST') return { status: 405, reason: 'method' };
    const contentType = mediaType(request);
    if (!this.#contentTypes.has(contentType)) return { status: 415, reason: 'content-type' };
    const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    const encoding = request.headers['content-encoding'];
    if ((charset !== undefined && !/^utf-?8$/i.test(charset)) || (encoding !== undefined && !/^identity$/i.test(encoding))) {
      return { status: 415, reason: 'encoding' };
    }
    if (Number(request.headers['content-length'] ?? 0) > this.#settings.maxBytes) return { status: 413, reason: 'too-large' };
    if (this.#inHost >= this.#settings.maxRequests) return TOO_MANY;
    return undefined;
  }

  #allowOrigin(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    if (origin === undefined) return;
    const { origins, credentials, exposeHeaders } = this.#settings;
    response.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin);
    response.setHeader('vary', 'Origin');
    if (credentials) response.setHeader('access-control-allow-credentials', 'true');
    if (exposeHeaders.length > 0) response.setHeader('access-control-expose-headers', exposeHeaders.join(', '));
  }

  #preflight(request: IncomingMessage, response: ServerResponse): void {
    const { allowHeaders, preflightMaxAge } = this.#settings;
    response.removeHeader('access-control-expose-headers');
    this.#end(request, response, 204, {
      allow: 'POST, OPTIONS',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': ['content-type', ...this.#host.allowHeaders ?? [], ...allowHeaders].join(', '),
      'access-control-max-age': String(preflightMaxAge),
      // A cache on the way must not give one origin the answer to another.
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    }, null);
  }

  /**
   * Counts a response until it is over, however it ends. One that waits for those before it on the same
   * connection never hears that the connection was closed, so the connection is listened to as well.
   */
  #begin(socket: Socket, response: ServerResponse): void {
    this.#seats.set(response, this.#running.add({ response, steps: [] }));
    const all = this.#bySocket.get(socket) ?? new Set();
    if (!this.#bySocket.has(socket)) {
      this.#bySocket.set(socket, all);
      socket.once('close', () => all.forEach((one) => this.#over(one)));
    }
    all.add(response);
    response.once('close', () => {
      all.delete(response);
      this.#over(response);
    });
  }

  #over(response: ServerResponse): void {
    const seat = this.#seats.get(response);
    if (seat === undefined) return;
    this.#seats.delete(response);
    this.#running.remove(seat);
    for (const step of seat.value.steps) step();
    if (this.#running.size > 0) return;
    for (const done of this.#idle.splice(0)) done();
  }

  #whenOver(response: ServerResponse, step: () => void): void {
    this.#seats.get(response)?.value.steps.push(step);
  }

  /** Cuts a client that does not pick up its answer, from when it is this answer's turn. */
  #limit(request: IncomingMessage, response: ServerResponse): void {
    const begin = (): void => {
      const late = this.#sweep.add(this.#settings.responseTimeout, () => request.socket.destroy());
      this.#whenOver(response, () => this.#sweep.cancel(late));
    };
    if (response.socket === null) response.once('socket', begin);
    else begin();
  }

  #receive(request: IncomingMessage, response: ServerResponse, endpoint: HostAddress): void {
    const came: Coming = { endpoint, peer: this.#door.peer(request), started: this.#sweep.now };
    const chunks: Buffer[] = [];
    let received = 0;
    const gone = (): void => {
      if (!response.headersSent) this.#tellGone(came);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received <= this.#settings.maxBytes) return void chunks.push(chunk);
      stop();
      this.#refuse(request, response, { status: 413, reason: 'too-large', endpoint });
    };
    const onEnd = (): void => {
      stop();
      gather(() => void this.#carryOut(request, response, came, Buffer.concat(chunks, received)));
    };
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', gone);
    };
    request.on('data', onData).once('end', onEnd).once('close', gone);
  }

  async #carryOut(request: IncomingMessage, response: ServerResponse, came: Coming, bytes: Buffer): Promise<void> {
    const { endpoint, peer, started } = came;
    const { address } = endpoint;
    // A listener of the server's user that came after us hears the same requests.
    if (response.headersSent || response.writableEnded) return this.#tell({ type: 'failed', address, error: 'AnsweredByOthers' });
    if (this.#inHost >= this.#settings.maxRequests) return this.#refuse(request, response, { ...TOO_MANY, endpoint });
    const contentType = mediaType(request);
    const body = isText(contentType) ? readText(bytes) : new Uint8Array(bytes);
    if (body === undefined) return this.#refuse(request, response, { status: 400, reason: 'malformed', endpoint });
    const arrived = new Arrival(body, contentType, headersOf(request));
    let answer: IntakeResponse | undefined;
    let isSent = false;
    // Cut off in the middle it is finished as well.
    response.once('finish', () => { isSent = !request.socket.destroyed; });
    this.#whenOver(response, () => {
      if (!isSent) {
        arrived.leave();
        this.#tellGone(came);
      } else if (answer !== undefined) {
        const sent = answer.body === null ? 0 : Buffer.byteLength(answer.body);
        const took = this.#sweep.now - started;
        this.#tell({ type: 'request', address, peer, status: answer.status, took, received: bytes.length, sent });
      }
    });
    try {
      const given = await this.#ask(address, arrived);
      this.#answer(request, response, given);
      answer = given;
    } catch (error) {
      this.#fail(request, response, endpoint, error);
    }
  }

  #tellGone({ endpoint, peer, started }: Coming): void {
    this.#tell({ type: 'gone', address: endpoint.address, peer, took: this.#sweep.now - started });
  }

  async #ask(address: string, arrived: Arrival): Promise<IntakeResponse> {
    this.#inHost += 1;
    try {
      return await this.#host.request(address, arrived);
    } finally {
      this.#inHost -= 1;
    }
  }

  /** Sends what the host has answered, which may be no answer at all. */
  #answer(request: IncomingMessage, response: ServerResponse, answer: IntakeResponse): void {
    const { status, body } = answer;
    if (!this.#seats.has(response)) return;
    if (!(status >= 200 && status <= 599)) throw new RangeError('no status of an answer');
    this.#end(request, response, status, answerHeaders(answer), body);
  }

  /** The host has thrown. */
  #fail(request: IncomingMessage, response: ServerResponse, { address }: HostAddress, error: unknown): void {
    this.#tell({ type: 'failed', address, error: nameOf(error) });
    if (!this.#seats.has(response)) return;
    // Half of an answer can be told from a whole one only if it is cut off.
    if (response.headersSent) return void response.destroy();
    for (const name of response.getHeaderNames()) if (!name.startsWith('access-control-')) response.removeHeader(name);
    this.#end(request, response, 500, { 'content-type': 'text/plain; charset=utf-8' }, 'the host has failed\n');
  }

  #end(
    request: IncomingMessage, response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string | Uint8Array | null,
  ): void {
    this.#limit(request, response);
    // Without a length it would be chunked, and some clients take that for a body (WCF's of Mono does).
    const all: OutgoingHttpHeaders = { ...SAFE, ...headers };
    const length = body === null ? 0 : Buffer.byteLength(body);
    if (status !== 204) all['content-length'] = length;
    if (this.#door.draining) all['connection'] = 'close';
    response.writeHead(status, all);
    if (body === null) response.end();
    else response.end(body, encodingOf(body, length));
  }

  #refuse(request: IncomingMessage, response: ServerResponse, refused: Refused): void {
    const { status, reason, endpoint } = refused;
    const peer = this.#door.peer(request);
    this.#tell({ type: 'refused', status, reason, peer, ...(endpoint === undefined ? {} : { address: endpoint.address }) });
    if (!this.#seats.has(response)) return;
    const text = `${explain(refused, this.#settings)}\n`;
    const headers = { ...refusalHeaders(refused), 'content-type': 'text/plain; charset=utf-8' };
    const keep = request.complete || isShort(request, this.#settings.maxBytes);
    if (keep && reason !== 'connections') return this.#end(request, response, status, headers, text);
    response.writeHead(status, { ...SAFE, ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' });
    response.write(text);
    this.#linger(request, response);
  }

  /** Reads on for a little, so that the client comes to read why it is refused. */
  #linger(request: IncomingMessage, response: ServerResponse): void {
    let left = LINGER_BYTES;
    const end = (): void => {
      response.end(() => request.socket.destroySoon());
    };
    const late = this.#sweep.add(LINGER_TIME, end);
    this.#whenOver(response, () => this.#sweep.cancel(late));
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) end();
    });
    request.once('end', end).once('close', end).resume();
  }
}

/** A request as the host gets it. */
class Arrival implements IntakeRequest {
  #gone: AbortController | undefined;
  #isGone = false;
  readonly #tells: (() => void)[] = [];

  constructor(readonly body: string | Uint8Array, readonly contentType: string, readonly headers: Iterable<[string, string]>) {}

  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isGone) this.#gone.abort();
    return this.#gone.signal;
  }

  readonly whenGone = (tell: () => void): void => void this.#tells.push(tell);

  /** The answer can reach nobody any more. */
  leave(): void {
    this.#isGone = true;
    this.#gone?.abort();
    for (const tell of this.#tells) tell();
  }
}

/** Whether what is still to come of a body is so little that the connection can be kept. */
function isShort(request: IncomingMessage, most: number): boolean {
  // One who asks first may send the body after a refusal, or may not.
  if (request.headers.expect !== undefined) return false;
  return request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) <= most;
}

/** Where the client believes to be. The name was checked at the door; it must be one all the same. */
function urlOf(request: IncomingMessage): URL {
  const scheme = 'encrypted' in request.socket && request.socket.encrypted === true ? 'https' : 'http';
  return new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? 'localhost'}`);
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function isText(contentType: string): boolean {
  return contentType.startsWith('text/') || /[/+]json$/.test(contentType);
}

/** What is not UTF-8 would silently become something else. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A text, if it is one. */
function readText(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function* headersOf(request: IncomingMessage): Generator<[string, string]> {
  const raw = request.rawHeaders;
  for (let at = 0; at + 1 < raw.length; at += 2) yield [(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? ''];
}

/** What concerns the connection is ours to say. */
const OURS = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'trailer', 'date']);

function answerHeaders(answer: IntakeResponse): OutgoingHttpHeaders {
  if (answer.headers.length === 0) return answer.body === null ? {} : { 'content-type': answer.contentType };
  const headers: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of answer.headers) {
    const key = name.toLowerCase();
    if (!OURS.has(key)) (headers[key] ??= []).push(value);
  }
  if (answer.body !== null) headers['content-type'] = [answer.contentType];
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/** The kind of an error. Its message may hold what a user sent. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
