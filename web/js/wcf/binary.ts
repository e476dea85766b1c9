/**
 * The binaries of `sessionful/wcf`, each loaded once, when something first needs it: one knows SOAP and
 * data contracts, the other WSDL.
 *
 * @module
 */

import { errorOf } from '../errors.js';
import * as wcf from '../wasm/wcf.js';
import type { InitInput } from '../wasm/wcf.js';
import * as wsdl from '../wasm/wsdl.js';

/** Where a binary is, or what is in it. */
export type WcfSource = InitInput | Promise<InitInput>;

/** A binary, and the glue that belongs to it if that is another. */
interface Place<Glue> {
  readonly source: WcfSource;
  readonly glue?: Glue;
}

/** A binary that is there once somebody needs it. */
class Lazy<Glue extends { default: (input: { module_or_path: WcfSource }) => Promise<unknown> }> {
  readonly #glue: Glue;
  #place: (() => Place<Glue> | Promise<Place<Glue>>) | undefined;
  #loading: Promise<Glue> | undefined;
  /** Its exports, if it is there. */
  loaded: Glue | undefined;

  /** @param glue belongs to a binary that comes without. */
  constructor(glue: Glue) {
    this.#glue = glue;
  }

  /** Says where it is. */
  provide(place: () => Place<Glue> | Promise<Place<Glue>>): void {
    this.#place = place;
  }

  /** Its exports, loading it if need be. */
  load(source?: WcfSource): Promise<Glue> {
    this.#loading ??= this.#load(source).catch((error: unknown) => {
      this.#loading = undefined; // it can be tried again
      throw error;
    });
    return this.#loading;
  }

  async #load(source: WcfSource | undefined): Promise<Glue> {
    const place = source === undefined ? await this.#place?.() : { source };
    if (place === undefined) throw errorOf('NOT_INITIALIZED');
    const glue = place.glue ?? this.#glue;
    await glue.default({ module_or_path: place.source });
    this.loaded = glue;
    return glue;
  }
}

/** The binary that carries messages. */
export type Binary = typeof wcf;

/** SOAP and data contracts. */
export const codecs = new Lazy<Binary>(wcf);
/** WSDL: only for whoever reads or publishes it. */
export const descriptions = new Lazy<typeof wsdl>(wsdl);

/** Says where the binaries are; for the entries of the package. */
export function provideBinaries(wcfPlace: Parameters<typeof codecs.provide>[0], wsdlSource: () => WcfSource): void {
  codecs.provide(wcfPlace);
  descriptions.provide(() => ({ source: wsdlSource() }));
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
  if (of !== undefined) descriptions.provide(() => ({ source: of }));
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
