/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Serving a described contract to WCF's clients and to other SOAP stacks.
 *
 * @module
 */

import type { Contract } from '../contract.js';
import { errorOf } from '../errors.js';
import { ServiceHost, type HostOptions } from '../host.js';
import { type Shape, checkShapes, isObject, refuse } from '../options.js';
import type { IntakeRequest, IntakeResponse, WebSocketLike as IntakeSocket, HostAddress, HostIntake } from '../node/intake.js';
import type { State } from '../runtime.js';
import type { MessageValue } from '../request.js';
import type { WcfCodec } from '../wasm/wcf.js';
import { codecs, ownBits } from './binary.js';
import { describedBy, type Described } from './contract.js';
import { BYTES, WIRE, exportWsdl, isSocket, type DescribedEndpoint, type WcfWire } from './description.js';
import { encode, EntityCodec, faulted, isFault, valueOf, type RuntimeMessage } from './envelope.js';
import { SoapSocket, type NetworkSocket } from './socket.js';
import { bindingOf, MAX_BYTES, MAX_DEPTH, MAX_HEADERS } from './transport.js';

/** Where a host listens, and what it speaks there. */
export interface WcfHostEndpoint {
  /** The path, for example `/calculator`. */
  readonly address: string;
  /** What it speaks. */
  readonly wire: WcfWire;
  /** Its name in the WSDL; made of wire and contract unless given. */
  readonly name?: string;
}

/** Options of a {@link WcfHost}: those of a `ServiceHost`, and what SOAP adds. */
export interface WcfHostOptions<C extends Contract> extends Omit<HostOptions<C>, 'endpoints'> {
  /** Where it listens, each with its wire. */
  readonly endpoints: readonly WcfHostEndpoint[];
  /**
   * The longest envelope, in bytes; 65,536 unless given. A longer one is answered with 413, or ends its session.
   * `serve` has a limit of its own (`maxBytes`).
   */
  readonly maxBytes?: number;
  /** Names of headers, `{namespace}local`, that the service understands; a caller may insist on those alone. */
  readonly understands?: readonly string[];
  /** Whether `?wsdl` and `?singleWsdl` are answered, and with which origin in it; that of the request unless given. */
  readonly metadata?: boolean | { readonly origin: string };
}

const isText = (value: unknown): boolean => typeof value === 'string';

const SHAPES: Readonly<Record<string, Shape>> = {
  endpoints: [(value) => Array.isArray(value) && value.every(isObject), 'is no list of objects with an address and a wire'],
  maxBytes: BYTES,
  understands: [(value) => Array.isArray(value) && value.every(isText), 'is no list of texts'],
  metadata: [
    (value) => typeof value === 'boolean' || isText((value as { readonly origin?: unknown }).origin),
    'is neither true, false nor an object with an origin',
  ],
};

/** What all hosts have in common is checked by the one behind. */
function checkHost(options: WcfHostOptions<Contract>): void {
  if (!isObject(options) || options.endpoints === undefined) refuse('endpoints', 'is missing');
  checkShapes(options, SHAPES);
  for (const endpoint of options.endpoints) {
    if (endpoint.wire === undefined) refuse('wire', 'is missing');
    checkShapes(endpoint, { wire: WIRE });
  }
}

/** What the host speaks, for the server in front of it. */
export const CONTENT_TYPES: readonly string[] = ['text/xml', 'application/soap+xml', 'application/soap+msbin1'];
/** What pages of other origins have to be allowed to send. */
export const ALLOW_HEADERS: readonly string[] = ['soapaction'];

/**
 * A host that speaks SOAP: what WCF's `ServiceHost` is with NetHttpBinding, BasicHttpBinding and
 * WSHttpBinding without security.
 *
 * ```ts
 * const host = new WcfHost(Calculator, {
 *   service: CalculatorService,
 *   endpoints: [{ address: '/calculator', wire: 'basicHttp' }],
 * });
 * await host.open();
 * await serve(host, { port: 8080 }); // from sessionful/node; http://127.0.0.1:8080/calculator?wsdl
 * ```
 */
export class WcfHost<C extends Contract = Contract> implements HostIntake {
  /** The host behind it; its addresses speak the runtime's own language. */
  readonly host: ServiceHost<C>;
  /** WebSocket subprotocols. */
  readonly protocols = ['soap'] as const;
  /** Content types of requests. */
  readonly contentTypes = CONTENT_TYPES;
  /** Headers that pages of other origins send. */
  readonly allowHeaders = ALLOW_HEADERS;
  readonly #endpoints: readonly WcfHostEndpoint[];
  readonly #described: Described;
  readonly #maxBytes: number;
  readonly #understands: readonly string[];
  readonly #metadata: NonNullable<WcfHostOptions<C>['metadata']>;
  /** Over HTTP a codec remembers nothing between two messages. */
  readonly #codecs = new Map<string, EntityCodec>();

  /** @throws ContractError if the contract was not made by `contractOf`; OptionError for what cannot be meant. */
  constructor(contract: C, options: WcfHostOptions<C>) {
    this.#described = describedBy(contract);
    checkHost(options as unknown as WcfHostOptions<Contract>);
    const { endpoints, maxBytes = MAX_BYTES, understands = [], metadata = true, ...rest } = options;
    this.#endpoints = endpoints;
    this.#maxBytes = maxBytes;
    this.#understands = understands;
    this.#metadata = metadata;
    const bound = endpoints.map(({ address, wire }) => ({ address, binding: bindingOf(wire, maxBytes) }));
    this.host = new ServiceHost<C>(contract, { ...rest, endpoints: bound });
  }

  /** Where it listens, and how. */
  get addresses(): readonly HostAddress[] {
    return this.#endpoints.map(({ address, wire }) => ({ address, sessionful: isSocket(wire), sessionless: !isSocket(wire) }));
  }

  /** Where it is in its life (`CO-1`). */
  get state(): State {
    return this.host.state;
  }

  /** Opens it; rejects as `ServiceHost.open` does. */
  async open(): Promise<void> {
    await codecs.load();
    await this.host.open();
  }

  /** Closes it in good order. */
  close(): Promise<void> {
    return this.host.close();
  }

  /** Ends it at once. */
  abort(): void {
    this.host.abort();
  }

  /** Closes it; clients that do not end their sessions are cut off. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.host[Symbol.asyncDispose]();
  }

  /** Takes a session. */
  acceptSocket(address: string, socket: IntakeSocket): void {
    this.host.acceptSocket(address, new SoapSocket(socket as unknown as NetworkSocket, this.#codec(address), false));
  }

  /** Carries out a request of HTTP. */
  async request(address: string, request: IntakeRequest): Promise<IntakeResponse> {
    const codec = this.#stateless(address);
    const { contentType, soapAction } = headersOf(request);
    if (!codec.accepts(contentType)) return refused(415);
    let message: RuntimeMessage;
    try {
      message = JSON.parse(codec.decode(request.body, soapAction)) as RuntimeMessage;
    } catch {
      return refused(bytesOf(request.body) > this.#maxBytes ? 413 : 400);
    }
    const answer = await this.host.requestValue(address, valueOf(message), request);
    return typeof answer === 'object' ? respond(codec, answer) : refused(answer ?? 202);
  }

  /** Answers what asks for the description: `?wsdl` and `?singleWsdl`, at each of its addresses. */
  async get(_: string, url: URL): Promise<IntakeResponse | undefined> {
    if (this.#metadata === false || !/^\?(single)?wsdl$/i.test(url.search)) return undefined;
    const origin = typeof this.#metadata === 'object' ? this.#metadata.origin : url.origin;
    const { description, name } = this.#described;
    // Others may be described as well, but they are not here.
    const served = { ...description, contracts: description.contracts.filter((contract) => contract.name === name) };
    const body = await exportWsdl(served, this.#endpointsAt(origin));
    return { status: 200, contentType: 'text/xml; charset=utf-8', headers: [], body };
  }

  #endpointsAt(origin: string): DescribedEndpoint[] {
    const contract = this.#described.name;
    return this.#endpoints.map(({ address, wire, name }, at) => {
      const where = new URL(address, origin);
      if (isSocket(wire)) where.protocol = where.protocol.replace(/^http/, 'ws');
      return { name: name ?? `${wire}_${contract}${at === 0 ? '' : at}`, contract, address: where.href, wire };
    });
  }

  #stateless(address: string): EntityCodec {
    let codec = this.#codecs.get(address);
    if (codec === undefined) this.#codecs.set(address, codec = new EntityCodec(this.#codec(address), this.#wire(address)));
    return codec;
  }

  #wire(address: string): WcfWire {
    const wire = this.#endpoints.find((endpoint) => endpoint.address === address)?.wire;
    if (wire === undefined) throw errorOf('HOST_INVALID_STATE', { phase: 'created', hint: 'open it first' });
    return wire;
  }

  #codec(address: string): WcfCodec {
    const wire = this.#wire(address);
    if (codecs.loaded === undefined) throw errorOf('HOST_INVALID_STATE', { phase: 'created', hint: 'open it first' });
    const codec = codecs.loaded.WcfCodec.host(wire, ownBits(), this.#maxBytes, MAX_DEPTH, MAX_HEADERS);
    for (const name of this.#understands) codec.understand(name);
    return codec;
  }
}

function headersOf({ headers, contentType }: IntakeRequest): { contentType: string; soapAction: string | undefined } {
  const found = { contentType, soapAction: undefined as string | undefined };
  for (const [name, value] of headers) {
    if (name === 'content-type') found.contentType = value;
    else if (name === 'soapaction') found.soapAction = unquoted(value);
  }
  return found;
}

function bytesOf(body: string | Uint8Array): number {
  return typeof body === 'string' ? new TextEncoder().encode(body).length : body.length;
}

/** Clients quote the action in either way, or not at all (interop.md, 2). */
function unquoted(text: string): string {
  return /^\s*(["'])(.*)\1\s*$/.exec(text)?.[2] ?? text.trim();
}

/** A reply as an envelope; one that cannot be written is a failure of the service. */
function respond(codec: EntityCodec, reply: MessageValue): IntakeResponse {
  const { 'content-type': contentType = '' } = codec.headers();
  const write = (message: MessageValue): IntakeResponse => (
    { status: isFault(message) ? 500 : 200, contentType, headers: [], body: encode(codec.codec, message) }
  );
  try {
    return write(reply);
  } catch {
    return write(faulted(reply, { code: 'InternalServiceFault', runtime: true, reason: 'the reply cannot be sent' }));
  }
}

function refused(status: number): IntakeResponse {
  return { status, contentType: 'text/plain', headers: [], body: null };
}
