/**
 * The binaries of `sessionful/wcf`, each loaded once, when something first needs it: one knows SOAP and
 * data contracts, the other WSDL.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import loadWcf, * as wcf from '../wasm/wcf.js';
import type { InitInput } from '../wasm/wcf.js';
import loadWsdl, * as wsdl from '../wasm/wsdl.js';

/** Where a binary is, or what is in it. */
export type WcfSource = InitInput | Promise<InitInput>;

/** A binary that is there once somebody needs it. */
class Lazy<Exports> {
  readonly #load: (input: { module_or_path: WcfSource }) => Promise<unknown>;
  readonly #exports: Exports;
  #source: (() => WcfSource) | undefined;
  #loading: Promise<Exports> | undefined;
  #isLoaded = false;

  constructor(load: (input: { module_or_path: WcfSource }) => Promise<unknown>, exports: Exports) {
    this.#load = load;
    this.#exports = exports;
  }

  /** Its exports, if it is there. */
  get loaded(): Exports | undefined {
    return this.#isLoaded ? this.#exports : undefined;
  }

  /** Says where it is. */
  provide(source: () => WcfSource): void {
    this.#source = source;
  }

  /** Its exports, loading it if need be. */
  load(source?: WcfSource): Promise<Exports> {
    if (this.#loading !== undefined) return this.#loading;
    const from = source ?? this.#source?.();
    if (from === undefined) return Promise.reject(errorOf('NOT_INITIALIZED'));
    this.#loading = this.#load({ module_or_path: from }).then(() => {
      this.#isLoaded = true;
      return this.#exports;
    }, (error: unknown) => {
      this.#loading = undefined; // it can be tried again
      throw error;
    });
    return this.#loading;
  }
}

/** The binary that carries messages. */
export type Binary = typeof wcf;

/** SOAP and data contracts. */
export const codecs = new Lazy<Binary>(loadWcf, wcf);
/** WSDL: only for whoever reads or publishes it. */
export const descriptions = new Lazy<typeof wsdl>(loadWsdl, wsdl);

/** Says where the binaries are; for the entries of the package. */
export function provideBinaries(wcfSource: () => WcfSource, wsdlSource: () => WcfSource): void {
  codecs.provide(wcfSource);
  descriptions.provide(wsdlSource);
}

/** Where the binaries are, if not beside the package. */
export interface WcfSources {
  /** The one that every call needs: a URL, a response, bytes, a compiled module, or a promise of these. */
  readonly wcf?: WcfSource;
  /** The one that reads and publishes WSDL. */
  readonly wsdl?: WcfSource;
}

/**
 * Loads the binary that every call needs. Whatever needs it does so by itself; this is for whoever has
 * it elsewhere, or wants the first call to be quick.
 */
export async function initWcf(sources: WcfSources = {}): Promise<void> {
  const { wsdl: of } = sources;
  if (of !== undefined) descriptions.provide(() => of);
  await codecs.load(sources.wcf);
}

/** Runs something of a binary's; the text that it throws becomes an error of ours. */
export function coded<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw errorOf('ENCODING', { reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/** What a binary threw, in words. */
export function reasonOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : thrown instanceof Error ? thrown.message : 'it cannot be told';
}

/** 64 random bits, by which the ids of one end differ from those of all others. */
export function ownBits(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}
