/**
 * Slips of the pen in options, refused where they are made. What the runtime itself reads it refuses when an
 * end opens (`CO-14`); here is what it never sees, or would not know from something that is meant.
 *
 * @module
 */

import { errorOf } from './errors.js';

/** What an option has to be, and what to say if it is not. */
export type Shape = readonly [fits: (value: unknown) => boolean, otherwise: string];

/** Says no to an option. */
export function refuse(option: string, reason: string): never {
  throw errorOf('INVALID_OPTION', { option, reason });
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isFunction = (value: unknown): boolean => typeof value === 'function';

export const OBJECT: Shape = [isObject, 'is no object'];

export const FUNCTION: Shape = [isFunction, 'is no function'];

export const TEXT: Shape = [(value) => typeof value === 'string', 'is no text'];

export const FLAG: Shape = [(value) => typeof value === 'boolean', 'is neither true nor false'];

export const EVENTS: Shape = [(value) => isFunction((value as { enlist?: unknown }).enlist), 'is no EventFeed'];

/** Refuses members that are not what they have to be; of those that have no shape here nothing is known. */
export function checkShapes(options: object, shapes: Readonly<Record<string, Shape>>, say = refuse): void {
  for (const [option, [fits, otherwise]] of Object.entries(shapes)) {
    const value = (options as Record<string, unknown>)[option];
    if (value !== undefined && (value === null || !fits(value))) say(option, otherwise);
  }
}

/** Refuses what defineContract did not make; it may be one of another copy of this package. */
export function checkContract(contract: unknown): void {
  if (isObject(contract) && isFunction((contract as { toCore?: unknown }).toCore)) return;
  throw errorOf('CONTRACT_SHAPE', { what: 'what is given in place', found: typeof contract, advice: 'make it with defineContract()' });
}

/** Refuses an object of the user's that lacks a method. */
export function checkMethods(option: string, object: object, operations: object): void {
  for (const name of Object.keys(operations)) {
    if (!isFunction((object as Record<string, unknown>)[name])) refuse(option, `has no method ${name}`);
  }
}
