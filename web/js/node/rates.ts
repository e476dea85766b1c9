/**
 * How often one caller may come: a token bucket for each key, and a bounded number of them.
 *
 * @module
 */

/** A rate, and how much of it may come at once. */
export interface Rate {
  /** How many a second in the long run. */
  readonly perSecond: number;
  /** How many at once; twice `perSecond` unless given. */
  readonly burst?: number;
}

interface Bucket { tokens: number; at: number }

/** Token buckets by key. Time is given, in milliseconds that never go back, so that tests need not wait. */
export class Buckets {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param most how many keys are remembered; beyond it the ones that came first are forgotten. */
  constructor(rate: Rate, most: number) {
    this.#perMs = rate.perSecond / 1000;
    this.#burst = rate.burst ?? 2 * rate.perSecond;
    this.#most = most;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token: 0 if there was one, else how many milliseconds until there is. */
  take(key: string, now: number): number {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#most) this.#forgetOldest();
      bucket = { tokens: this.#burst, at: now };
      this.#buckets.set(key, bucket);
    }
    this.#refill(bucket, now);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#perMs);
    bucket.tokens -= 1;
    return 0;
  }

  /** Forgets who has a full bucket: it would get the same again. */
  sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      this.#refill(bucket, now);
      if (bucket.tokens >= this.#burst) this.#buckets.delete(key);
    }
  }

  #refill(bucket: Bucket, now: number): void {
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (now - bucket.at) * this.#perMs);
    bucket.at = now;
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}

/**
 * Who somebody is, by address: an IPv4 address, also one in the clothes of IPv6, by itself; of IPv6 the
 * first 64 bits, because one subscriber has all of the rest.
 */
export function subscriber(address: string | undefined): string {
  if (address === undefined) return '?';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1] ?? address;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  return [...first, ...zeros, ...last].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, '').toLowerCase()).join(':');
}
