/**
 * Messages of the runtime as envelopes, and what stands beside an envelope over HTTP.
 *
 * @module
 */

import type { MessageValue } from '../request.js';
import type { WcfCodec } from '../wasm/wcf.js';
import type { WcfWire } from './description.js';

/** A message of the runtime, as its JSON has it. */
export interface RuntimeMessage {
  readonly action: string;
  readonly id?: number | string;
  readonly relatesTo?: number | string;
  readonly headers?: readonly object[];
  readonly fault?: object;
  /** A request has a list of the one text that its body is. */
  readonly body?: unknown;
}

const RELATES = 1;
const FAULT = 2;
const HEADERS = 16;
const PLAIN = 64;

/** The same as a value. */
export function valueOf({ action, id, relatesTo, headers, fault, body }: RuntimeMessage): MessageValue {
  const kind = PLAIN | (relatesTo === undefined ? 0 : RELATES) | (fault === undefined ? 0 : FAULT) | (headers === undefined ? 0 : HEADERS);
  const value = [kind, action, relatesTo ?? id, fault ?? body] as const;
  return headers === undefined ? value : [...value, headers];
}

/** An envelope: a text, or records. */
export type Envelope = string | Uint8Array<ArrayBuffer>;

/** A message as an envelope. */
export function encode(codec: WcfCodec, message: MessageValue): Envelope {
  const [kind, action, id, content, headers] = message;
  const relates = (kind & RELATES) !== 0;
  const fault = isFault(message) ? content : undefined;
  const rest = headers === undefined && fault === undefined ? undefined : { headers, fault };
  const body = fault === undefined ? textOf(content) : '';
  return codec.encode(action, relates ? undefined : id, relates ? id : undefined, body, rest);
}

/** A fault in place of a message. */
export const faulted = ([kind, action, id]: MessageValue, fault: object): MessageValue => [(kind & ~HEADERS) | FAULT, action, id, fault];

/** Whether a message is a fault. */
export const isFault = ([kind]: MessageValue): boolean => (kind & FAULT) !== 0;

function textOf(body: unknown): string {
  const text: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof text === 'string') return text;
  if (text === undefined || text === null) return '';
  throw new TypeError('a body that no contract has written');
}

/** What stands beside the envelope of a request. */
type Head = Readonly<Record<string, string>>;

/** A codec over HTTP, which remembers nothing of the messages: one serves all of an address. */
export class EntityCodec {
  /** What turns messages into envelopes. */
  readonly codec: WcfCodec;
  /** By action: those of a contract are few. */
  readonly #heads = new Map<string, Head>();
  /** The content type that was accepted last, with the action that it says: mostly the next one has it as well. */
  #accepted: { readonly contentType: string; readonly action: string | undefined } | undefined;

  readonly #wire: WcfWire;

  constructor(codec: WcfCodec, wire: WcfWire) {
    this.codec = codec;
    this.#wire = wire;
  }

  /** What stands beside the envelope of a request; beside that of a reply if there is no action. */
  headers(action = ''): Head {
    let head = this.#heads.get(action);
    if (head === undefined) {
      const [contentType, soapAction] = this.codec.headOf(action) as [string, string | undefined];
      head = { 'content-type': contentType, ...(soapAction === undefined ? {} : { soapaction: `"${soapAction}"` }) };
      this.#heads.set(action, head);
    }
    return head;
  }

  /** Whether what has a content type can be read. */
  accepts(contentType: string): boolean {
    if (this.#accepted?.contentType === contentType) return true;
    if (!this.codec.accepts(contentType)) return false;
    this.#accepted = { contentType, action: this.codec.actionOf(contentType) };
    return true;
  }

  /** An envelope of the content type that was accepted last, as a message in JSON. */
  decode(envelope: string | Uint8Array, soapAction?: string): string {
    // Each version of SOAP has its own place for it; the other place counts for nothing.
    const action = this.#wire === 'basicHttp' ? soapAction : this.#accepted?.action;
    return typeof envelope === 'string' ? this.codec.decodeEntityText(envelope, action) : this.codec.decodeEntity(envelope, action);
  }
}
