/**
 * The way to services of WCF, CoreWCF and other SOAP stacks.
 *
 * @module
 */

import { explain, resolver, withScheme } from '../address.js';
import { errorOf } from '../errors.js';
import { FUNCTION, checkShapes, isObject, refuse } from '../options.js';
import type { BindingOptions, ProxyOptions } from '../proxy.js';
import { requestsAtOnce, senderOf, type Exchange, type MessageValue, type PlainHeaders } from '../request.js';
import { custom, missing, way, webSocketOf, type Transport, type WebSocketLike } from '../transport.js';
import type { WcfCodec } from '../wasm/wcf.js';
import { codecs, ownBits, type Binary } from './binary.js';
import { BYTES, WIRE, WIRES, checkDescription, isSocket, type ServiceDescription, type WcfWire } from './description.js';
import { EntityCodec } from './envelope.js';
import { exchange } from './exchange.js';
import { SoapSocket, type NetworkSocket } from './socket.js';

/** Options of {@link wcfTransport}. */
export interface WcfTransportOptions {
  /** What goes over the network. */
  readonly wire: WcfWire;
  /** What relative addresses are relative to; the page's address unless given. */
  readonly base?: string | URL;
  /**
   * Headers of every request over HTTP, or a function that is asked for them each time: for a token, say.
   * A browser has to be let by the server (CORS). Sockets have none: browsers cannot send them.
   */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>> | PromiseLike<Readonly<Record<string, string>>>);
  /** Whether cookies go along; the platform's `same-origin` unless given. */
  readonly credentials?: RequestCredentials;
  /**
   * Whom envelopes with addressing say they are for (`a:To`); the address that is called unless given. WCF
   * refuses any other than its own, so behind a proxy that moves the service this is the service's.
   */
  readonly to?: string;
  /** How many requests may be on their way at once; the others wait in order. 6 unless given, in Node 64. */
  readonly maxRequests?: number;
  /** The longest envelope, in bytes; 65,536 unless given, as with WCF's `MaxReceivedMessageSize`. */
  readonly maxBytes?: number;
  /** The class of sockets; the platform's unless given (Node 20 has none: there it is `ws`). */
  readonly WebSocket?: new (address: string, protocols: string) => WebSocketLike;
  /**
   * The function that sends requests; the platform's fetch unless given, and `node:http` in Node. The body that it
   * is given is a text, or bytes with `binaryHttp`.
   */
  readonly fetch?: (address: string, init: RequestInit) => Promise<Response>;
}

/** What is accepted unless somebody says otherwise. */
export const MAX_BYTES = 65_536;
/** How deeply XML may nest, and how many headers a message may have. */
export const MAX_DEPTH = 64;
export const MAX_HEADERS = 64;

/**
 * A way to services that speak SOAP, in one of these forms:
 *
 * | `wire`         | binding of WCF                                  | over                 |
 * |----------------|-------------------------------------------------|----------------------|
 * | `socketBinary` | NetHttpBinding                                  | WebSocket            |
 * | `socketText`   | NetHttpBinding with `MessageEncoding.Text`      | WebSocket            |
 * | `basicHttp`    | BasicHttpBinding: SOAP 1.1                      | fetch                |
 * | `wsHttp`       | WSHttpBinding, security none: SOAP 1.2, addressing | fetch             |
 * | `soap12Http`   | custom, `MessageVersion.Soap12`                 | fetch                |
 * | `binaryHttp`   | NetHttpBinding without sessions                 | fetch                |
 *
 * {@link endpointOf} has all that a proxy needs, with this.
 *
 * @throws OptionError for what cannot be meant.
 */
export function wcfTransport(options: WcfTransportOptions): Transport {
  if (!isObject(options) || options.wire === undefined) refuse('wire', 'is missing');
  checkShapes(options, { wire: WIRE, maxBytes: BYTES, WebSocket: FUNCTION, fetch: FUNCTION });
  const resolve = resolver(options.base);
  if (isSocket(options.wire)) return custom({ connect: (address) => connect(resolve(address), options) });
  const exchange = requester(resolve, options);
  return way((core) => core.CoreLink.web(
    missing('connect'), exchange, requestsAtOnce(options.maxRequests), 0, true, Number.NaN, Number.NaN,
  ));
}

function codecFor(loaded: Binary, { wire, maxBytes = MAX_BYTES, to }: WcfTransportOptions, address: string): WcfCodec {
  return loaded.WcfCodec.client(wire, to ?? address, ownBits(), maxBytes, MAX_DEPTH, MAX_HEADERS);
}

async function connect(to: URL, options: WcfTransportOptions): Promise<WebSocketLike> {
  const [loaded, Class] = await Promise.all([codecs.load(), options.WebSocket ?? webSocketOf()]);
  const { href } = withScheme(to, 'ws');
  const socket = new Class(href, 'soap') as unknown as NetworkSocket;
  return new SoapSocket(socket, codecFor(loaded, options, href), true);
}

/** Over HTTP a codec remembers nothing between two messages, so each address has one. */
function requester(resolve: (address: string) => URL, options: WcfTransportOptions): Exchange<MessageValue> {
  const known = new Map<string, EntityCodec>();
  const { wire, fetch: own, credentials } = options;
  const send = senderOf(own && ((address, init) => own(address, { ...init, headers: new Headers(init.headers) })));
  const chosen = { method: 'POST', redirect: 'manual', ...(credentials === undefined ? {} : { credentials }) } as const;
  return async (address, message, stop) => {
    const loaded = codecs.loaded ?? await codecs.load();
    const to = withScheme(resolve(address), 'http');
    let codec = known.get(to.href);
    if (codec === undefined) known.set(to.href, codec = new EntityCodec(codecFor(loaded, options, to.href), wire));
    const given = typeof options.headers === 'function' ? await options.headers() : options.headers;
    return exchange(codec, {
      send: (body, headers) => send(to, { ...chosen, body, headers: given === undefined ? headers : { ...lowered(given), ...headers } }, stop),
      explain: (cause) => explain(cause, to, stop),
    }, message, stop);
  };
}

/** Ours take the place of others of the same name, however that is written. */
function lowered(headers: PlainHeaders): PlainHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What of a proxy's options an endpoint gives. */
export type WcfEndpoint = Required<Pick<ProxyOptions, 'address' | 'transport' | 'binding'>>;

/** Options of {@link endpointOf}: those of the transport, and which endpoint is meant. */
export interface EndpointChoice extends Omit<WcfTransportOptions, 'wire'> {
  /** What it speaks; the first that the description has, sockets before HTTP, unless given. */
  readonly wire?: WcfWire;
  /** Where it is; as the description says unless given. */
  readonly address?: string | URL;
}

/**
 * The address, the transport and the binding of an endpoint, for a proxy:
 *
 * ```ts
 * const proxy = new ServiceProxy(Calculator, endpointOf(description, 'ICalculator'));
 * const other = new ServiceProxy(Calculator, { ...endpointOf(description, 'ICalculator', { address, wire: 'socketText' }), callbacks });
 * ```
 *
 * @throws TransportError if the description has no such endpoint, and address and wire are not both given;
 *   ContractError or OptionError for what cannot be meant.
 */
export function endpointOf(description: ServiceDescription, contract: string, choice: EndpointChoice = {}): WcfEndpoint {
  checkDescription(description);
  const { wire: wanted, address, ...options } = choice;
  const candidates = description.endpoints.filter((one) => one.contract === contract && (wanted === undefined || one.wire === wanted));
  const rank = (wire: WcfWire): number => WIRES.indexOf(wire);
  const found = [...candidates].sort((a, b) => rank(a.wire) - rank(b.wire))[0];
  const [wire, where] = [wanted ?? found?.wire, address ?? found?.address];
  if (wire === undefined || where === undefined) {
    throw errorOf('TRANSPORT_MISSING', { what: `endpoint of ${contract} in the description; give address and wire` });
  }
  return { address: where, transport: wcfTransport({ wire, ...options }), binding: bindingOf(wire, options.maxBytes) };
}

/** How messages travel on a wire. What the runtime sees of them is longer than their envelopes. */
export function bindingOf(wire: WcfWire, maxBytes: number = MAX_BYTES): BindingOptions {
  return { channel: isSocket(wire) ? 'sessionful' : 'sessionless', maxFrame: 2 * maxBytes + 16_384 };
}
