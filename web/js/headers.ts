/**
 * What travels beside the arguments of a call, and beside its result.
 *
 * @module
 */

/** Headers of a message, by name; of several with one name the first counts. */
export interface ReadonlyHeaders extends Iterable<readonly [name: string, value: string]> {
  /** How many there are. */
  readonly size: number;
  /** The value of the first header of that name. */
  get(name: string): string | undefined;
  /** Whether there is a header of that name. */
  has(name: string): boolean;
}

/** The headers of a message, read from names and values by turns. @internal */
export class Headers implements ReadonlyHeaders {
  readonly #pairs: readonly (readonly [string, string])[];

  constructor(flat: readonly string[]) {
    this.#pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []));
  }

  get size(): number {
    return this.#pairs.length;
  }

  get(name: string): string | undefined {
    return this.#pairs.find(([known]) => known === name)?.[1];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  [Symbol.iterator](): Iterator<readonly [string, string]> {
    return this.#pairs[Symbol.iterator]();
  }
}
