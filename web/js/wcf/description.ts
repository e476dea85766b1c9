/**
 * Descriptions of services: what `npx sessionful import` writes into a module, and what is read from it.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import { type Shape, isObject } from '../options.js';
import { coded, descriptions, reasonOf } from './binary.js';

/** What goes over the network; see the table of {@link wcfTransport}. */
export type WcfWire = 'basicHttp' | 'soap12Http' | 'wsHttp' | 'binaryHttp' | 'socketText' | 'socketBinary';

/** All of them, in the order in which endpoints are preferred. */
export const WIRES: readonly WcfWire[] = ['socketBinary', 'socketText', 'wsHttp', 'basicHttp', 'soap12Http', 'binaryHttp'];

/** What a wire has to be, where somebody gives one. */
export const WIRE: Shape = [(value) => (WIRES as readonly unknown[]).includes(value), `is none of ${WIRES.join(', ')}`];

/** What the longest envelope has to be. */
export const BYTES: Shape = [(value) => Number.isInteger(value) && (value as number) > 0, 'is no number of bytes from 1'];

/** Refuses what `sessionful import` did not write. */
export function checkDescription(description: unknown): void {
  const { contracts, endpoints } = (isObject(description) ? description : {}) as Partial<ServiceDescription>;
  if (Array.isArray(contracts) && Array.isArray(endpoints)) return;
  throw errorOf('CONTRACT_SHAPE', {
    what: 'the description', found: typeof description, advice: 'give what sessionful import or importWsdl() made',
  });
}

/** Whether a wire has sessions. */
export function isSocket(wire: WcfWire): boolean {
  return wire === 'socketText' || wire === 'socketBinary';
}

/** Where a contract can be called, and how. */
export interface DescribedEndpoint {
  readonly name: string;
  readonly contract: string;
  readonly address: string;
  readonly wire: WcfWire;
}

/** An operation, as far as JavaScript looks into it. */
export interface DescribedOperation {
  readonly name: string;
  readonly action: string;
  readonly replyAction: string;
  readonly request: { readonly parts: readonly object[] };
  readonly reply: object | null;
  readonly faults: readonly { readonly action: string; readonly element: string }[];
  readonly initiating: boolean;
  readonly terminating: boolean;
}

/** A contract, as far as JavaScript looks into it. */
export interface DescribedContract {
  readonly name: string;
  readonly session: 'allowed' | 'required' | 'notAllowed';
  readonly operations: readonly DescribedOperation[];
  readonly callbacks: readonly DescribedOperation[];
}

/** A description: plain data, which a generated module exports under this name. */
export interface ServiceDescription {
  readonly name: string;
  readonly namespace: string;
  readonly contracts: readonly DescribedContract[];
  readonly endpoints: readonly DescribedEndpoint[];
  readonly schema: object;
  readonly documentation: object;
}

/** The WSDL of a description in one file, with these endpoints. */
export async function exportWsdl(description: ServiceDescription, endpoints: readonly DescribedEndpoint[]): Promise<string> {
  const { Wsdl } = await descriptions.load();
  return coded(() => {
    const read = new Wsdl(JSON.stringify(description));
    try {
      return read.wsdl(JSON.stringify(endpoints));
    } finally {
      read.free();
    }
  });
}

/** What reading WSDL comes to. */
export interface Imported {
  /** The description, for {@link contractOf}. */
  readonly description: ServiceDescription;
  /** A module of TypeScript with types, contracts and the description. */
  readonly typescript: string;
  /** The same in Rust. */
  readonly rust: string;
  /** What was left out, and what to do about it. */
  readonly unsupported: readonly string[];
}

/** A name that can be an identifier as it is. */
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** What makes the contracts of a module: each under the name of its interface. */
function contractsOf({ contracts }: ServiceDescription): string {
  const lines = contracts.filter(({ name }) => IDENTIFIER.test(name)).map(({ name, callbacks }) => {
    const types = callbacks.length === 0 ? name : `${name}, ${name}Callback`;
    return `/** The contract, for \`ServiceProxy\` and \`WcfHost\`. */\nexport const ${name} = contractOf<${types}>(description, '${name}');\n`;
  });
  return lines.length === 0 ? '' : `\nimport { contractOf } from 'sessionful/wcf';\n\n${lines.join('\n')}`;
}

/** A description may have so many parts, each in a file of its own. */
const MOST_PARTS = 100;

/**
 * Reads WSDL and everything that it imports.
 *
 * @param address where it is; parts are looked for relative to what imports them.
 * @param fetch gives the text at an address.
 * @throws EncodingError if it is no WSDL, or if nothing in it can be called.
 */
export async function importWsdl(address: string, fetch: (address: string) => Promise<string>): Promise<Imported> {
  const { Wsdl } = await descriptions.load();
  const document = await fetch(address);
  const parts = new Map<string, string>();
  for (;;) {
    let wanted: string;
    try {
      const found = Wsdl.import(document, (location) => parts.get(location));
      const description = JSON.parse(found.toText()) as ServiceDescription;
      const imported: Imported = {
        description,
        typescript: found.typescript() + contractsOf(description),
        rust: found.rust(),
        unsupported: found.unsupported(),
      };
      found.free();
      return imported;
    } catch (thrown) {
      const reason = reasonOf(thrown);
      if (!reason.startsWith('?')) throw errorOf('ENCODING', { reason });
      wanted = reason.slice(1);
    }
    if (parts.size >= MOST_PARTS) throw errorOf('ENCODING', { reason: `the description has more than ${MOST_PARTS} parts` });
    parts.set(wanted, await fetch(resolve(wanted, address)));
  }
}

/** Relative to an address, or to the name of a file. */
function resolve(location: string, address: string): string {
  try {
    return new URL(location, address).href;
  } catch {
    return location.startsWith('/') ? location : address.replace(/[^/\\]*$/, '') + location;
  }
}
