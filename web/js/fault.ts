/**
 * Faults: what a service says went wrong, and how a client reads it with types.
 *
 * @module
 */

import type { Contract, FaultsOf, OperationNames } from './contract.js';
import { FaultError } from './errors.js';

/** The detail of a fault: what programs read. */
export interface FaultDetail<Kind extends string = string, Detail = unknown> {
  /** The name of the detail's type, as the operation declares it (`FLT-2`). */
  readonly kind: Kind;
  /** The detail itself, a value that the binding carries. */
  readonly detail: Detail;
}

/**
 * Thrown by an operation that means to answer with a fault (`FLT-1`): its caller gets a
 * {@link FaultError}, and session, object and proxy go on. Anything else that an operation throws is
 * taken for a defect of the service: its caller learns nothing but `InternalServiceFault`, and the
 * session ends (`FLT-4`, `FLT-5`).
 *
 * ```ts
 * throw new Fault('DivideByZero', 'cannot divide by zero', { kind: 'DivideByZero', detail: { by: 0 } });
 * ```
 *
 * Reason and detail are sent to the caller as they are.
 */
export class Fault<Kind extends string = string, Detail = unknown> extends Error {
  /** What went wrong, in a word, chosen by the service. */
  readonly code: string;
  /** The name of the detail's type, if there is a detail. */
  readonly kind: Kind | undefined;
  /** What programs read, if there is anything. */
  readonly detail: Detail | undefined;

  /**
   * @param code what went wrong, in a word; not empty.
   * @param reason for people; the code unless given.
   */
  constructor(code: string, reason: string = code, detail?: FaultDetail<Kind, Detail>) {
    super(reason);
    if (typeof code !== 'string' || code === '') throw new TypeError('a fault needs a code, a text that is not empty');
    this.code = code;
    this.kind = detail?.kind;
    this.detail = detail?.detail;
  }

  override get name(): string {
    return 'Fault';
  }

  /** For people, as it is sent. */
  get reason(): string {
    return this.message;
  }
}

/** The kinds of faults that an operation declares. */
export type FaultKinds<C extends Contract, Name extends OperationNames<C>> = keyof FaultsOf<C, Name> & string;

/**
 * Whether an error is a fault that an operation declares, with the type of its detail.
 *
 * ```ts
 * try {
 *   await calculator.divide(1, 0);
 * } catch (error) {
 *   if (isFault(error, Calculator, 'divide', 'DivideByZero')) console.log(error.detail.by);
 *   else throw error;
 * }
 * ```
 *
 * The service is trusted for the shape of the detail, unless the contract has a schema for it, with
 * which the proxy has checked it. A fault of that kind without a detail is not meant.
 */
export function isFault<C extends Contract, Name extends OperationNames<C>, Kind extends FaultKinds<C, Name>>(
  error: unknown,
  contract: C,
  operation: Name,
  kind: Kind,
): error is FaultError<Kind, FaultsOf<C, Name>[Kind]> & { readonly kind: Kind; readonly detail: FaultsOf<C, Name>[Kind] };
/** Whether an error is a fault at all. */
export function isFault(error: unknown): error is FaultError;
export function isFault(error: unknown, contract?: Contract, operation?: string, kind?: string): boolean {
  if (!(error instanceof FaultError)) return false;
  if (contract === undefined || operation === undefined) return true;
  // Not every text is a name of an operation; those of a prototype are none.
  const declared = Object.hasOwn(contract.operations, operation) ? contract.operations[operation]?.faults : undefined;
  return error.kind === kind && error.detail !== undefined
    && declared !== undefined && declared.some((fault) => fault.kind === kind);
}
