/**
 * Options of single calls.
 *
 * @module
 */

import type { ReadonlyHeaders } from './headers.js';
import { type Shape, isObject, refuse } from './options.js';

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
  /**
   * Is given what the service sent beside the result (`addReplyHeader`, `CTX-5`), if it sent anything, before the call
   * resolves. If it throws, the call rejects with that.
   */
  readonly onReplyHeaders?: (headers: ReadonlyHeaders) => void;
}

const GROUPS = 2 ** 32;

/** Whether calls can have that group. */
export const isGroup = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0 && (value as number) < GROUPS;

/** What each option has to be. */
const SHAPES: { readonly [Name in keyof CallOptions]-?: Shape } = {
  signal: [(value) => typeof (value as Partial<AbortSignal>).addEventListener === 'function', 'is no AbortSignal'],
  timeout: [(value) => typeof value === 'number' && value >= 0, 'is no number of milliseconds from 0'],
  group: [isGroup, 'is no whole number from 1'],
  headers: [isRecordOfTexts, 'is no object of texts'],
  onReplyHeaders: [(value) => typeof value === 'function', 'is no function'],
};

function isRecordOfTexts(value: unknown): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null)
    && Object.values(value as object).every((text) => typeof text === 'string');
}

/** Refuses slips of the pen, before a call could go without what was meant. */
export function checkCallOptions(options: CallOptions): void {
  if (!isObject(options)) refuse('with', 'is no object');
  for (const [option, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    if (!Object.hasOwn(SHAPES, option)) refuse(option, 'is not known');
    const [fits, otherwise] = SHAPES[option as keyof CallOptions];
    if (value === null || !fits(value)) refuse(option, otherwise);
  }
}
