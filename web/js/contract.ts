/**
 * Contracts: what both ends must agree on. A contract is written once, and the types of proxy, service
 * and callback object follow from it.
 *
 * ```ts
 * export const Calculator = defineContract({
 *   name: 'Calculator',
 *   session: 'required',
 *   operations: {
 *     clear: operation<() => void>(),
 *     addTo: operation<(n: number) => number>({ initiating: false }),
 *     equals: operation<() => number>({ initiating: false, terminating: true }),
 *   },
 *   callback: { operations: { progress: oneWay<(percent: number) => void>() } },
 * });
 * ```
 *
 * What is not allowed is an error of the compiler that says why, and for JavaScript a
 * {@link ContractError} with the same reason.
 *
 * @module
 */

import type { OperationContext } from './context.js';
import { errorOf } from './errors.js';
import {
  isOperation, quote, readObject,
  type AnyFunction, type Operation, type OperationTrait, type TypesOf,
} from './operation.js';

/**
 * Whether a contract needs a session (`SESS-1`): `allowed` works with and without, `required` only over
 * a binding with sessions, `notAllowed` only over one without.
 */
export type SessionMode = 'allowed' | 'required' | 'notAllowed';

/** Operations by name. */
export type OperationMap = Readonly<Record<string, Operation>>;

/** A contract: checked, frozen, the same object for proxy and host. */
export interface Contract<
  out Operations extends OperationMap = OperationMap,
  out Session extends SessionMode = SessionMode,
  out Callback extends Contract<OperationMap, SessionMode, undefined> | undefined =
    Contract<OperationMap, SessionMode, undefined> | undefined,
> {
  /** Its name; actions begin with it. */
  readonly name: string;
  /** Whether it needs a session. */
  readonly session: Session;
  /** Its operations, in the order in which they were written; without a prototype. */
  readonly operations: Readonly<Operations>;
  /** What the service may call at its caller (`OP-5`). */
  readonly callback: Callback;
  /** The contract as the core reads it, a plain value made anew. */
  toCore(): CoreContract;
}

/** A contract in the form that the core reads. */
export interface CoreContract {
  /** Its name. */
  name: string;
  /** Whether it needs a session. */
  session: SessionMode;
  /** Its operations; their places are their numbers. */
  operations: CoreOperation[];
  /** What it calls back. */
  callback?: CoreContract;
}

/** An operation in the form that the core reads. Empty actions are filled in there. */
export interface CoreOperation {
  /** Its name. */
  name: string;
  /** What a message says to reach it. */
  action: string;
  /** What its reply says. */
  replyAction: string;
  /** Nothing comes back. */
  oneWay: boolean;
  /** Whether it may be the first of a session. */
  initiating: boolean;
  /** Whether it is the last of a session. */
  terminating: boolean;
  /** What details its faults may carry. */
  faults: { kind: string; action: string }[];
}

// ---- What follows from a contract -----------------------------------------------------------------

/** The operations of a contract, by name. */
export type OperationsOf<C extends Contract> = C['operations'];

/** The names of its operations. */
export type OperationNames<C extends Contract> = keyof C['operations'] & string;

/** Its callback contract, or `undefined`. */
export type CallbackOf<C extends Contract> = C['callback'];

/** What an operation takes, as its caller gives it. */
export type ArgumentsOf<C extends Contract, Name extends OperationNames<C>> =
  Parameters<TypesOf<C['operations'][Name]>['call']>;

/** What an operation gives, as its caller gets it. */
export type ResultOf<C extends Contract, Name extends OperationNames<C>> =
  Awaited<ReturnType<TypesOf<C['operations'][Name]>['call']>>;

/** The details of the faults that an operation declares, by kind; without a name, of all operations. */
export type FaultsOf<C extends Contract, Name extends OperationNames<C> = OperationNames<C>> =
  TypesOf<C['operations'][Name]>['faults'];

/** A service of unknown type still has methods. */
type Calling<O> = TypesOf<O>['call'] extends infer F extends AnyFunction
  ? (...parameters: Parameters<F>) => Promise<IsOneWay<O> extends true ? void : Awaited<ReturnType<F>>>
  : never;

/**
 * What a proxy offers for a contract: a method for each operation.
 *
 * A call with a reply rejects with a {@link FaultError} if the service says so, and with another
 * {@link SessionfulError} if the call itself went wrong. A one-way call resolves when the message is
 * accepted for sending (`OP-2`); what becomes of it is not told (`OP-3`).
 */
export type Client<C extends Contract> = { readonly [Name in OperationNames<C>]: Calling<C['operations'][Name]> };

type Serving<O, Context> = TypesOf<O>['serve'] extends infer F extends AnyFunction
  ? (...parameters: [...Parameters<F>, context: Context]) =>
    Awaited<ReturnType<F>> | PromiseLike<Awaited<ReturnType<F>>>
  : never;

/**
 * What a service implements: a class (`class Sums implements Service<typeof Calculator>`) or an object.
 *
 * Each operation gets its arguments and after them the context, which may be left out. To answer with a
 * fault it throws a {@link Fault}; anything else that it throws ends the session (`FLT-5`).
 */
export type Service<C extends Contract> = {
  [Name in OperationNames<C>]: Serving<C['operations'][Name], OperationContext<C>>;
};

/** What reading the callbacks of a contract without any comes to. */
export type NoCallback = 'this contract has no callback contract: add one to defineContract({ callback: ... })';

/**
 * What a client's callback object implements. Each operation gets its arguments and after them a
 * context, which may be left out.
 */
export type Callbacks<C extends Contract> =
  C['callback'] extends infer Callback extends Contract ? Service<Callback> : NoCallback;

/** What a service calls its client with. */
export type CallbackClient<C extends Contract> =
  C['callback'] extends infer Callback extends Contract ? Client<Callback> : NoCallback;

// ---- What the compiler refuses --------------------------------------------------------------------

type TraitOf<O> = TypesOf<O>['trait'];
type IsOneWay<O> = 'oneWay' extends TraitOf<O> ? OperationTrait extends TraitOf<O> ? false : true : false;
type IsNever<T> = [T] extends [never] ? true : false;

/**
 * Names that languages and tools give a meaning to: a proxy with an operation `then` would be taken for
 * a promise, one with `constructor` for something else than it is.
 */
export type ReservedName = (typeof RESERVED)[number];

const RESERVED = [
  'then', 'catch', 'finally', 'constructor', 'prototype', '__proto__',
  'toString', 'toLocaleString', 'toJSON', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable',
  '__defineGetter__', '__defineSetter__', '__lookupGetter__', '__lookupSetter__',
] as const;

type Lower = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm' | 'n' | 'o' | 'p' | 'q'
  | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z';
type First = Lower | Uppercase<Lower> | '_' | '$';
type Later = First | '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
type AllLater<Text extends string> =
  Text extends '' ? true : Text extends `${Later}${infer Rest}` ? AllLater<Rest> : false;
type IsIdentifier<Text extends string> = Text extends `${First}${infer Rest}` ? AllLater<Rest> : false;

/** Whether these are the parameters that `operation()` gets when nobody says its type. */
type IsUntyped<Tuple extends readonly unknown[]> =
  IsNever<Tuple> extends true ? true : number extends Tuple['length'] ? IsNever<Tuple[number]> : false;

/** Whether all of a tuple's elements are there and counted: no optional and no rest ones. */
type IsFixed<Tuple extends readonly unknown[]> =
  number extends Tuple['length'] ? false : IsUnion<Tuple['length']> extends true ? false : true;
type IsUnion<T, Whole = T> = T extends unknown ? [Whole] extends [T] ? false : true : never;

/** The first reason why an operation cannot be what it says, or `unknown`. */
type CheckOperation<Name, O, Session> =
  Name extends string ? CheckName<Name> extends infer Reason extends string ? Reason : CheckTypes<Name, O, Session>
  : 'operations are named by texts';

type CheckName<Name extends string> =
  Name extends ReservedName ? `operation '${Name}' has a reserved name: choose another`
  : IsIdentifier<Name> extends false
    ? `operation '${Name}' has to be named by letters, digits, _ and $, not beginning with a digit`
  : unknown;

type CheckTypes<Name extends string, O, Session> =
  IsUntyped<Parameters<TypesOf<O>['call']>> extends true
    ? `operation '${Name}' has no type: write operation<(n: number) => number>() or give schemas`
  : IsFixed<Parameters<TypesOf<O>['call']>> extends false
    ? `operation '${Name}' has optional or rest parameters, which leave no fixed place for the context: make them required, or take one object`
  : IsOneWay<O> extends true
    ? [Awaited<ReturnType<TypesOf<O>['call']>>] extends [void] ? CheckSession<Name, O, Session>
      : `one-way operation '${Name}' cannot have a result: let it return void, or use operation()`
  : CheckSession<Name, O, Session>;

type CheckSession<Name extends string, O, Session> =
  Session extends 'required' ? unknown
  : 'nonInitiating' extends TraitOf<O> ? `operation '${Name}' is non-initiating, which needs a session: set session: 'required'`
  : 'terminating' extends TraitOf<O> ? `operation '${Name}' is terminating, which needs a session: set session: 'required'`
  : unknown;

type Initiating<Operations> = {
  [Name in keyof Operations]: 'nonInitiating' extends TraitOf<Operations[Name]> ? never : Name;
}[keyof Operations];

type CheckOperations<Operations, Session> =
  keyof Operations extends never ? 'the contract has no operations: add at least one'
  : IsNever<Initiating<Operations>> extends true ? 'no operation may begin a session: let one be initiating'
  : { readonly [Name in keyof Operations]: CheckOperation<Name, Operations[Name], Session> };

type CheckCallbacks<Operations, Session> =
  keyof Operations extends never ? 'the callback contract has no operations: add one, or drop it'
  : { readonly [Name in keyof Operations]: CheckOperation<Name, Operations[Name], Session> };

/** What a callback contract is made of; its session is that of the contract around it. */
export interface CallbackDraft<Operations extends OperationMap = OperationMap, Session extends SessionMode = SessionMode> {
  /** Its name; the name of the contract around it followed by `Callback` unless given. */
  readonly name?: string;
  /** What the service may call at its caller. */
  readonly operations: Operations & CheckCallbacks<Operations, Session>;
  /** Callbacks cannot call back in turn (`OP-5`). */
  readonly callback?: 'a callback contract cannot have a callback contract of its own: remove it';
  /** A callback contract has no session mode of its own. */
  readonly session?: 'a callback contract has the session of its contract: remove it';
}

/** What a contract is made of. */
export interface ContractDraft<Operations extends OperationMap, Session extends SessionMode, Callbacks extends OperationMap> {
  /** Its name; actions begin with it. */
  readonly name: string;
  /** Whether it needs a session; `allowed` unless given. */
  readonly session?: Session;
  /** Its operations, by name. */
  readonly operations: Operations & CheckOperations<Operations, Session>;
  /** What the service may call at its caller (`OP-5`); nothing unless given. */
  readonly callback?: CallbackDraft<Callbacks, Session>;
}

/**
 * Defines a contract.
 *
 * @throws ContractError if it is not consistent (`SESS-9`, `OP-2`, `OP-5`, `OP-6`). What TypeScript can
 *   see of that it refuses to compile.
 */
export function defineContract<
  Operations extends OperationMap,
  const Session extends SessionMode = 'allowed',
  Callbacks extends OperationMap = never,
>(draft: ContractDraft<Operations, Session, Callbacks>): Contract<
  Operations,
  Session,
  [Callbacks] extends [never] ? undefined : Contract<Callbacks, Session, undefined>
>;
export function defineContract(draft: unknown): Contract {
  const made = readObject(draft, 'the draft', ['name', 'session', 'operations', 'callback']);
  const name = readName(made['name'], 'a contract');
  const session = readSession(made['session']);
  const operations = readOperations(made['operations'], name, session);
  if (!Object.values(operations).some((operation) => operation.initiating)) {
    throw errorOf('CONTRACT_NOTHING_INITIATES', { contract: name });
  }
  return build(name, session, operations, readCallback(made['callback'], name, session));
}

/** Contracts made here. A look-alike from elsewhere has not been checked. */
const contracts = new WeakSet<object>();

/** Whether a value was made by {@link defineContract}. */
export function isContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && contracts.has(value);
}

function build(
  name: string,
  session: SessionMode,
  operations: OperationMap,
  callback: Contract<OperationMap, SessionMode, undefined> | undefined,
): Contract {
  const contract: Contract = {
    name,
    session,
    operations,
    callback,
    toCore: () => ({
      name,
      session,
      operations: Object.entries(operations).map(toCore),
      ...(callback === undefined ? {} : { callback: callback.toCore() }),
    }),
  };
  contracts.add(contract);
  return Object.freeze(contract);
}

function toCore([name, operation]: [string, Operation]): CoreOperation {
  const { action, replyAction, oneWay, initiating, terminating } = operation;
  const faults = operation.faults.map((fault) => ({ kind: fault.kind, action: fault.action }));
  return { name, action, replyAction, oneWay, initiating, terminating, faults };
}

function readCallback(
  given: unknown,
  outer: string,
  session: SessionMode,
): Contract<OperationMap, SessionMode, undefined> | undefined {
  if (given === undefined) return undefined;
  const made = readObject(given, 'the callback contract', ['name', 'session', 'operations', 'callback']);
  if (made['callback'] !== undefined) throw errorOf('CONTRACT_CALLBACK_OF_CALLBACK', { contract: outer });
  if (made['session'] !== undefined) {
    throw errorOf('CONTRACT_SHAPE', {
      what: 'session of the callback', found: 'given', advice: 'remove it, it is that of the contract',
    });
  }
  const name = readName(made['name'] ?? `${outer}Callback`, 'a callback contract');
  const operations = readOperations(made['operations'], name, session);
  return build(name, session, operations, undefined) as Contract<OperationMap, SessionMode, undefined>;
}

function readName(given: unknown, what: string): string {
  if (typeof given !== 'string') {
    throw errorOf('CONTRACT_SHAPE', { what: `the name of ${what}`, found: typeof given, advice: 'give a text' });
  }
  // Names travel in actions and headers, and are shown in logs.
  if (/^[\w$.:/-]{1,128}$/.test(given)) return given;
  throw errorOf('CONTRACT_NAME', {
    name: quote(given), what, advice: 'use 1 to 128 letters, digits and _ $ . : / -',
  });
}

function readSession(given: unknown): SessionMode {
  if (given === undefined) return 'allowed';
  if (given === 'allowed' || given === 'required' || given === 'notAllowed') return given;
  throw errorOf('CONTRACT_SHAPE', {
    what: 'session', found: typeof given === 'string' ? quote(given) : typeof given,
    advice: 'give allowed, required or notAllowed',
  });
}

/** The most that can be numbered. */
const MOST_OPERATIONS = 65_535;

function readOperations(given: unknown, contract: string, session: SessionMode): OperationMap {
  const entries = Object.entries(readObject(given, 'operations'));
  if (entries.length === 0) throw errorOf('CONTRACT_NO_OPERATIONS', { contract });
  if (entries.length > MOST_OPERATIONS) throw errorOf('CONTRACT_TOO_MANY_OPERATIONS', { contract });
  const operations = Object.create(null) as Record<string, Operation>;
  const actions = new Set<string>();
  for (const [name, operation] of entries) {
    checkName(name);
    if (!isOperation(operation)) {
      throw errorOf('CONTRACT_SHAPE', {
        what: `operation ${quote(name)}`, found: typeof operation, advice: 'make it with operation() or oneWay()',
      });
    }
    if (session !== 'required' && (!operation.initiating || operation.terminating)) {
      throw errorOf('CONTRACT_NEEDS_SESSION', { operation: name });
    }
    if (operation.oneWay) checkOneWay(name, operation);
    const action = operation.action || `${contract}/${name}`;
    if (actions.has(action)) throw errorOf('CONTRACT_SAME_ACTION', { operation: name, action });
    actions.add(action);
    operations[name] = operation;
  }
  return Object.freeze(operations);
}

function checkOneWay(name: string, { faults, replyAction, output }: Operation): void {
  if (faults.length > 0) throw errorOf('CONTRACT_ONE_WAY_WITH_FAULT', { operation: name });
  if (replyAction !== '' || output !== undefined) throw errorOf('CONTRACT_ONE_WAY_WITH_REPLY', { operation: name });
}

function checkName(name: string): void {
  const refuse = (advice: string): Error =>
    errorOf('CONTRACT_NAME', { name: quote(name), what: 'an operation', advice });
  if ((RESERVED as readonly string[]).includes(name)) throw refuse('it is reserved, choose another');
  if (!/^[A-Za-z_$][\w$]{0,127}$/.test(name)) {
    throw refuse('use 1 to 128 letters, digits, _ and $, not beginning with a digit');
  }
}
