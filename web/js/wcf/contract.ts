/**
 * Contracts of described services: ordinary contracts, whose bodies are those of data contracts.
 *
 * @module
 */

import { Unreadable, type BodyCodec } from '../body-codec.js';
import { defineContract, type Contract, type SessionMode } from '../contract.js';
import { errorOf } from '../errors.js';
import { register, type Operation } from '../operation.js';
import { checkContract } from '../options.js';
import type { WcfContract } from '../wasm/wcf.js';
import { coded, codecs, reasonOf } from './binary.js';
import { checkDescription, type DescribedOperation, type ServiceDescription } from './description.js';

/** A method of a generated interface. */
type Method = (...parameters: never[]) => Promise<unknown>;

/** The operation of a method. */
type OperationOf<F> = F extends (...parameters: infer P) => Promise<infer R>
  ? Operation<(...parameters: P) => R, never, Readonly<Record<string, unknown>>> : never;

/** The operations of a generated interface. */
type OperationsBy<Interface> = { readonly [Name in keyof Interface & string]: OperationOf<Interface[Name]> };

/** The contract that a generated interface, and the one of its callbacks, describe. */
export type ContractBy<Interface, Callback = undefined> = Contract<
  OperationsBy<Interface>, SessionMode,
  Callback extends undefined ? undefined : Contract<OperationsBy<Callback>, SessionMode, undefined>
>;

/** Which part of which description a contract is. */
export interface Described {
  readonly description: ServiceDescription;
  readonly name: string;
}

const described = new WeakMap<object, Described>();

/** What a contract was made of. @internal */
export function describedBy(contract: Contract): Described {
  checkContract(contract);
  const found = described.get(contract);
  if (found !== undefined) return found;
  throw errorOf('CONTRACT_SHAPE', {
    what: `contract ${contract.name}`, found: 'not made from a description', advice: 'make it with contractOf()',
  });
}

/**
 * A contract of a described service, for `ServiceProxy` and `WcfHost`.
 *
 * ```ts
 * import { description, type ICalculator, type ICalculatorCallback } from './service.js';
 * const Calculator = contractOf<ICalculator, ICalculatorCallback>(description, 'ICalculator');
 * ```
 *
 * @throws ContractError if there is no such contract, or if it cannot be one here.
 */
export function contractOf<Interface extends { [Name in keyof Interface]: Method }, Callback = undefined>(
  description: ServiceDescription, name: string,
): ContractBy<Interface, Callback> {
  checkDescription(description);
  const found = description.contracts.find((contract) => contract.name === name);
  if (found === undefined) {
    const known = description.contracts.map((contract) => contract.name).join(', ');
    throw errorOf('CONTRACT_NAME', { name, what: 'a contract of the description', advice: `there are ${known}` });
  }
  const source = (callbacks: boolean): (() => WcfContract) => once(() => {
    const { loaded } = codecs;
    if (loaded === undefined) throw errorOf('NOT_INITIALIZED');
    return new loaded.WcfContract(description, name, callbacks);
  });
  const { operations, callbacks, session } = found;
  const draft: unknown = {
    name, session, operations: operationsOf(operations, source(false)),
    ...(callbacks.length === 0 ? {} : { callback: { operations: operationsOf(callbacks, source(true)) } }),
  };
  const made = defineContract(draft as never);
  described.set(made, { description, name });
  return made as unknown as ContractBy<Interface, Callback>;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function operationsOf(all: readonly DescribedOperation[], bodies: () => WcfContract): Record<string, Operation> {
  return Object.fromEntries(all.map((operation, at) => [operation.name, operationOf(operation, at, bodies)]));
}

function operationOf(given: DescribedOperation, at: number, bodies: () => WcfContract): Operation {
  const oneWay = given.reply === null;
  const faults = given.faults.map(({ action, element }) => ({ kind: localOf(element), action, detail: undefined }));
  return register({
    oneWay,
    initiating: given.initiating,
    terminating: given.terminating,
    action: given.action,
    replyAction: oneWay ? '' : given.replyAction,
    // One-way operations have none (OP-2), whatever a description says.
    faults: oneWay ? [] : faults,
    parameters: given.request.parts.length,
    input: undefined,
    output: undefined,
    codec: codecOf(at, bodies),
  });
}

/** `{namespace}local`. */
function localOf(name: string): string {
  return name.slice(name.lastIndexOf('}') + 1);
}

/** Bodies travel as one text each. */
function codecOf(at: number, bodies: () => WcfContract): BodyCodec {
  return {
    wait: () => (codecs.loaded === undefined ? codecs.load().then(() => undefined) : undefined),
    writeArguments: (values) => [coded(() => bodies().writeArguments(at, values))],
    readArguments: (given) => {
      try {
        return bodies().readArguments(at, textOf(given[0]));
      } catch (thrown) {
        throw new Unreadable(reasonOf(thrown));
      }
    },
    writeResult: (value) => coded(() => bodies().writeResult(at, value)),
    readResult: (given) => coded(() => bodies().readResult(at, textOf(given))),
    writeDetail: (kind, detail) => coded(() => bodies().writeDetail(at, kind, detail)),
    readDetail: (kind, given) => coded(() => bodies().readDetail(at, kind, textOf(given))),
  };
}

/** What no peer of ours sends is nothing. */
function textOf(given: unknown): string {
  return typeof given === 'string' ? given : '';
}
