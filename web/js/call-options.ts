/**
 * Options of single calls.
 *
 * @module
 */

import { errorOf } from './errors.js';

/** Options of single calls, for `with` of a proxy. */
export interface CallOptions {
  /** Gives the call up when it aborts (`CALL-5`): the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long to wait, in milliseconds; the proxy's `callTimeout` unless given. */
  readonly timeout?: number;
  /** By which calls can be abandoned together (`CALL-3`), from 1; none unless given. */
  readonly group?: number;
  /** Sent beside the arguments. */
  readonly headers?: Readonly<Record<string, string>>;
}

const GROUPS = 2 ** 32;

/** What each option has to be. */
const SHAPES: { readonly [Name in keyof CallOptions]-?: readonly [fits: (value: unknown) => boolean, otherwise: string] } = {
  signal: [(value) => typeof (value as Partial<AbortSignal>).addEventListener === 'function', 'is no AbortSignal'],
  timeout: [(value) => typeof value === 'number' && value >= 0, 'is no number of milliseconds from 0'],
  group: [(value) => Number.isInteger(value) && (value as number) > 0 && (value as number) < GROUPS, 'is no whole number from 1'],
  headers: [isRecordOfTexts, 'is no object of texts'],
};

function isRecordOfTexts(value: unknown): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null)
    && Object.values(value as object).every((text) => typeof text === 'string');
}

/** Refuses slips of the pen, before a call could go without what was meant. */
export function checkCallOptions(options: CallOptions): void {
  if (typeof options !== 'object' || options === null) throw errorOf('INVALID_OPTION', { option: 'with', reason: 'is no object' });
  for (const [option, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    if (!Object.hasOwn(SHAPES, option)) throw errorOf('INVALID_OPTION', { option, reason: 'is not known' });
    const [fits, otherwise] = SHAPES[option as keyof CallOptions];
    if (value === null || !fits(value)) throw errorOf('INVALID_OPTION', { option, reason: otherwise });
  }
}
