/**
 * What the binary that knows WSDL offers, as the package itself calls it. Nobody else should: it changes
 * without notice. What it throws is a text.
 *
 * @module
 */

/** A description of a service. */
export class Wsdl {
  constructor(json: string);
  static import(document: string, fetch: (location: string) => string | undefined): Wsdl;
  toText(): string;
  unsupported(): string[];
  typescript(): string;
  rust(): string;
  wsdl(endpoints: string): string;
  free(): void;
}

/** What the binary can be made of. */
export type InitInput = URL | Request | Response | BufferSource | WebAssembly.Module | string;
export function initSync(input: { module: BufferSource | WebAssembly.Module }): unknown;
export default function init(input: { module_or_path: InitInput | Promise<InitInput> }): Promise<unknown>;
