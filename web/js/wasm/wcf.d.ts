/**
 * What the binary of `sessionful/wcf` offers, as the package itself calls it. Nobody else should: it
 * changes without notice. What it throws is a text.
 *
 * @module
 */

/** One end of one channel. */
export class WcfCodec {
  private constructor();
  static client(wire: string, to: string, own: bigint, frame: number, depth: number, headers: number): WcfCodec;
  static host(wire: string, own: bigint, frame: number, depth: number, headers: number): WcfCodec;
  understand(header: string): void;
  accepts(contentType: string): boolean;
  headOf(action: string): [contentType: string, soapAction: string | undefined];
  actionOf(contentType: string): string | undefined;
  encode(action: string, id: number | string | undefined, relatesTo: number | string | undefined, body: string, rest: object | undefined): string | Uint8Array<ArrayBuffer>;
  decode(envelope: Uint8Array): string;
  decodeText(envelope: string): string;
  decodeEntity(envelope: Uint8Array, action: string | undefined): string;
  decodeEntityText(envelope: string, action: string | undefined): string;
  free(): void;
}

/** The bodies of a contract. */
export class WcfContract {
  constructor(description: object, name: string, callbacks: boolean);
  writeArguments(operation: number, values: readonly unknown[]): string;
  readArguments(operation: number, body: string): unknown[];
  writeResult(operation: number, value: unknown): string;
  readResult(operation: number, body: string): unknown;
  writeDetail(operation: number, kind: string, value: unknown): string;
  readDetail(operation: number, kind: string, body: string): unknown;
  free(): void;
}

/** What the binary can be made of. */
export type InitInput = URL | Request | Response | BufferSource | WebAssembly.Module | string;
export function initSync(input: { module: BufferSource | WebAssembly.Module }): unknown;
export default function init(input: { module_or_path: InitInput | Promise<InitInput> }): Promise<unknown>;
