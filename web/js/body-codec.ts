/**
 * The seam for contracts whose values do not travel as they are: each operation may say how its
 * arguments, its result and the details of its faults are written, and how they are read.
 *
 * Contracts of {@link defineContract} have none, so nothing of this runs for them.
 *
 * @module
 */

import { FaultError } from './errors.js';
import { Fault } from './fault.js';

/** How the bodies of one operation are written and read. What it throws is an error of ours. */
export interface BodyCodec {
  /** What has to be there first; nothing if it is. */
  wait(): Promise<void> | undefined;
  /** The arguments, as a list that travels. */
  writeArguments(values: readonly unknown[]): unknown[];
  /** The arguments of a list that came. */
  readArguments(given: readonly unknown[]): readonly unknown[];
  /** The result, as a value that travels. */
  writeResult(value: unknown): unknown;
  /** The result of a value that came. */
  readResult(given: unknown): unknown;
  /** The detail of a fault, as a value that travels. */
  writeDetail(kind: string, detail: unknown): unknown;
  /** The detail of a value that came. */
  readDetail(kind: string, given: unknown): unknown;
}

/** What came cannot be read as the contract says (`FLT-9`): the caller is told so. */
export class Unreadable extends Fault {
  constructor(reason: string) {
    super('DeserializationFailed', reason);
  }
}

/** An error with the detail that it came with, read. A fault must not get lost over its detail. */
export function withDetail(codec: BodyCodec | undefined, error: unknown): unknown {
  if (codec === undefined || !(error instanceof FaultError) || error.kind === undefined) return error;
  const { faultCode: code, reason, fromRuntime, kind } = error;
  let detail: unknown;
  try {
    detail = codec.readDetail(kind, error.detail);
  } catch {
    // as if there was none
  }
  return new FaultError({ code, reason, fromRuntime, kind, detail });
}

/** Serves an operation: `run` is given the arguments, and what it returns, promises or throws is written. */
export function serveBy(
  codec: BodyCodec, isOneWay: boolean, given: readonly unknown[], run: (values: readonly unknown[]) => unknown,
): unknown {
  const write = (value: unknown): unknown => (isOneWay ? undefined : codec.writeResult(value));
  const fail = (thrown: unknown): never => {
    if (!(thrown instanceof Fault) || thrown.kind === undefined) throw thrown;
    const { code, reason, kind, detail } = thrown;
    throw new Fault(code, reason, { kind, detail: codec.writeDetail(kind, detail) });
  };
  const values = codec.readArguments(given);
  let result: unknown;
  try {
    result = run(values);
  } catch (thrown) {
    fail(thrown);
  }
  const isLater = typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function';
  return isLater ? Promise.resolve(result).then(write, fail) : write(result);
}
