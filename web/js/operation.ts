/**
 * One operation of a contract: its type for the compiler, its description for the runtime.
 *
 * Types of functions are gone at run time, so the description holds only what was given as a value.
 *
 * @module
 */

import { Unreadable, type BodyCodec } from './body-codec.js';
import { errorOf } from './errors.js';
import { isStandardSchema, type SchemaInput, type SchemaOutput, type StandardSchema } from './standard-schema.js';

/** Any function; parameters are `never` because nobody calls it through this type. */
export type AnyFunction = (...parameters: never[]) => unknown;

/** What sets an operation apart from a plain one with a reply. */
export type OperationTrait = 'oneWay' | 'nonInitiating' | 'terminating';

/** Details of faults, by the names of their types (`FLT-2`). */
export type FaultDetails = Readonly<Record<string, unknown>>;

/** No fault with a detail is declared. */
export type NoFaults = Readonly<Record<never, never>>;

declare const types: unique symbol;

/** What the compiler knows of an operation. */
export interface OperationTypes<
  out Call extends AnyFunction = AnyFunction,
  out Trait extends OperationTrait = OperationTrait,
  out Faults extends object = object,
  out Serve extends AnyFunction = AnyFunction,
> {
  /** Its type for the caller. */
  readonly call: Call;
  /** What is special about it. */
  readonly trait: Trait;
  /** The details that its faults may carry. */
  readonly faults: Faults;
  /** Its type for the service. */
  readonly serve: Serve;
}

/**
 * One operation: made by {@link operation} or {@link oneWay}, frozen.
 *
 * @typeParam Call its type for the caller.
 * @typeParam Trait what is special about it.
 * @typeParam Faults the details that its faults may carry.
 * @typeParam Serve its type for the service; other than `Call` where schemas transform.
 */
export interface Operation<
  out Call extends AnyFunction = AnyFunction,
  out Trait extends OperationTrait = OperationTrait,
  out Faults extends object = object,
  out Serve extends AnyFunction = Call,
> {
  /** For the compiler; absent at run time. */
  readonly [types]?: OperationTypes<Call, Trait, Faults, Serve>;
  /** Nothing comes back, not even a fault (`OP-2`, `OP-3`). */
  readonly oneWay: boolean;
  /** Whether it may be the first of a session (`SESS-10`). */
  readonly initiating: boolean;
  /** Whether it is the last of a session (`SESS-12`, `SESS-14`). */
  readonly terminating: boolean;
  /** What a message says to reach it; empty for `contract/name`. */
  readonly action: string;
  /** What its reply says; empty for the action followed by `Response`. */
  readonly replyAction: string;
  /** The details that its faults may carry (`FLT-2`). */
  readonly faults: readonly FaultDescription[];
  /** How many arguments it has, if that is known at run time. */
  readonly parameters: number | undefined;
  /** Checks the list of arguments where it is received, if given. */
  readonly input: StandardSchema<unknown, readonly unknown[]> | undefined;
  /** Checks the result where it is received, if given. */
  readonly output: StandardSchema | undefined;
  /** How its bodies are written, if values do not travel as they are. @internal */
  readonly codec?: BodyCodec;
}

/** A fault that an operation declares. */
export interface FaultDescription {
  /** The name of the detail's type, unique in the operation. */
  readonly kind: string;
  /** What the fault message says; empty for the operation's action, the kind and `Fault`. */
  readonly action: string;
  /** Checks the detail where it is received, if given. */
  readonly detail: StandardSchema | undefined;
}

/** The types that an operation carries. */
export type TypesOf<O> = O extends { readonly [types]?: infer T } ? Extract<T, OperationTypes> : never;

/** Options that every operation has. */
export interface CommonOptions<Call extends AnyFunction> {
  /** What a message says to reach it, `*` for all that no other operation takes; `contract/name` unless given. */
  readonly action?: string;
  /**
   * How many arguments it has. The types of TypeScript are gone when a message arrives, so only with
   * this (or `input`) a host can refuse a call with too few or too many arguments, and knows the place
   * of the context among the parameters whoever is calling. Unknown unless given.
   */
  readonly parameters?: Parameters<Call>['length'];
}

/** Options of an operation with a reply. */
export interface ReplyOptions<Call extends AnyFunction, Faults extends object> extends CommonOptions<Call> {
  /** What its reply says; the action followed by `Response` unless given. */
  readonly replyAction?: string;
  /** The kinds of details that its faults may carry (`FLT-2`); each a key of the second type argument. */
  readonly faults?: readonly (keyof Faults & string)[];
  /** Give both schemas and no type arguments, or type arguments and no schemas. */
  readonly input?: never;
  /** Give both schemas and no type arguments, or type arguments and no schemas. */
  readonly output?: never;
}

/** Options of an operation whose types come from schemas. */
export interface SchemaOptions {
  /** Of the list of arguments, a tuple; no arguments unless given. */
  readonly input?: StandardSchema<unknown, readonly unknown[]>;
  /** Of the result; `void` unless given. */
  readonly output?: StandardSchema;
  /** Of the details of its faults, by kind (`FLT-2`). */
  readonly faults?: Readonly<Record<string, StandardSchema>>;
  /** See {@link CommonOptions.action}. */
  readonly action?: string;
  /** See {@link ReplyOptions.replyAction}. */
  readonly replyAction?: string;
  /** Whether it may be the first of a session (`SESS-10`); true unless given. */
  readonly initiating?: boolean;
  /** Whether it is the last of a session (`SESS-12`, `SESS-14`); false unless given. */
  readonly terminating?: boolean;
}

/** Not the first of a session. */
interface NotFirst { readonly initiating: false }
interface First { readonly initiating?: true }
/** The last of a session. */
interface Last { readonly terminating: true }
interface NotLast { readonly terminating?: false }

type ArgumentsBy<S, Read extends 'in' | 'out'> = S extends StandardSchema
  ? Extract<Read extends 'in' ? SchemaInput<S> : SchemaOutput<S>, readonly unknown[]> : [];
type ResultBy<S, Read extends 'in' | 'out'> = S extends StandardSchema
  ? Read extends 'in' ? SchemaInput<S> : SchemaOutput<S> : void;
type Member<O, K extends string> = O extends Readonly<Record<K, infer V>> ? V : undefined;

/** The operation that schemas describe. Each end is given what the *other* sent, transformed. */
export type OperationBySchema<O extends SchemaOptions, Way extends OperationTrait = never> = Operation<
  (...parameters: [...ArgumentsBy<Member<O, 'input'>, 'in'>]) => ResultBy<Member<O, 'output'>, 'out'>,
  | Way
  | (O extends { readonly initiating: false } ? 'nonInitiating' : never)
  | (O extends { readonly terminating: true } ? 'terminating' : never),
  { readonly [K in keyof Member<O, 'faults'> & string]: SchemaOutput<Member<O, 'faults'>[K]> },
  (...parameters: [...ArgumentsBy<Member<O, 'input'>, 'out'>]) => ResultBy<Member<O, 'output'>, 'in'>
>;

/**
 * An operation with a reply (`OP-1`).
 *
 * The first type argument is its type, the second the details of its faults. Results and arguments are
 * values that JSON or structured clone carries, as the binding has it.
 *
 * ```ts
 * operation<(n: number) => number>({ initiating: false })
 * operation<(a: number, b: number) => number, { DivideByZero: { by: number } }>({ faults: ['DivideByZero'] })
 * operation({ input: z.tuple([z.string()]), output: z.number() })
 * ```
 *
 * @throws ContractError if an option is not what its type says.
 */
export function operation<const O extends SchemaOptions & ({ readonly input: object } | { readonly output: object })>(
  options: O,
): OperationBySchema<O>;
export function operation<Call extends AnyFunction = never, Faults extends object = NoFaults>(
  options: ReplyOptions<Call, Faults> & NotFirst & Last,
): Operation<Call, 'nonInitiating' | 'terminating', Faults>;
export function operation<Call extends AnyFunction = never, Faults extends object = NoFaults>(
  options: ReplyOptions<Call, Faults> & NotFirst & NotLast,
): Operation<Call, 'nonInitiating', Faults>;
export function operation<Call extends AnyFunction = never, Faults extends object = NoFaults>(
  options: ReplyOptions<Call, Faults> & First & Last,
): Operation<Call, 'terminating', Faults>;
export function operation<Call extends AnyFunction = never, Faults extends object = NoFaults>(
  options?: ReplyOptions<Call, Faults> & First & NotLast,
): Operation<Call, never, Faults>;
export function operation(options: object = {}): Operation {
  return describe(options, false);
}

/** Options of a one-way operation. */
export interface OneWayOptions<Call extends AnyFunction> extends CommonOptions<Call> {
  /** Nobody would receive it. */
  readonly replyAction?: 'a one-way operation has no reply: drop replyAction, or use operation()';
  /** Nobody would receive them. */
  readonly faults?: 'a one-way operation cannot declare faults, nobody would receive them: use operation()';
  /** Give a schema and no type argument, or a type argument and no schema. */
  readonly input?: never;
}

/** Options of a one-way operation whose types come from a schema. */
export interface OneWaySchemaOptions extends Omit<SchemaOptions, 'output' | 'faults' | 'replyAction'> {
  /** Of the list of arguments, a tuple. */
  readonly input: StandardSchema<unknown, readonly unknown[]>;
}

/**
 * An operation of which nothing comes back, not even a fault (`OP-2`, `OP-3`): a call ends when the
 * message is accepted for sending, and does not tell whether it was carried out.
 *
 * ```ts
 * oneWay<(text: string) => void>()
 * ```
 *
 * @throws ContractError if an option is not what its type says.
 */
export function oneWay<const O extends OneWaySchemaOptions>(options: O): OperationBySchema<O, 'oneWay'>;
export function oneWay<Call extends AnyFunction = never>(
  options: OneWayOptions<Call> & NotFirst & Last,
): Operation<Call, 'oneWay' | 'nonInitiating' | 'terminating', NoFaults>;
export function oneWay<Call extends AnyFunction = never>(
  options: OneWayOptions<Call> & NotFirst & NotLast,
): Operation<Call, 'oneWay' | 'nonInitiating', NoFaults>;
export function oneWay<Call extends AnyFunction = never>(
  options: OneWayOptions<Call> & First & Last,
): Operation<Call, 'oneWay' | 'terminating', NoFaults>;
export function oneWay<Call extends AnyFunction = never>(
  options?: OneWayOptions<Call> & First & NotLast,
): Operation<Call, 'oneWay', NoFaults>;
export function oneWay(options: object = {}): Operation {
  return describe(options, true);
}

/** Operations made here. A look-alike from elsewhere has not been checked. */
const made = new WeakSet<object>();

/** Whether a value was made by {@link operation} or {@link oneWay}. */
export function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && made.has(value);
}

const OPTIONS = ['action', 'replyAction', 'faults', 'initiating', 'terminating', 'parameters', 'input', 'output'];

function describe(given: unknown, isOneWay: boolean): Operation {
  const options = readObject(given, 'the options of an operation', OPTIONS);
  const described: Operation = {
    oneWay: isOneWay,
    initiating: readFlag(options, 'initiating', true),
    terminating: readFlag(options, 'terminating', false),
    action: readText(options, 'action'),
    replyAction: readText(options, 'replyAction'),
    faults: readFaults(options['faults']),
    parameters: readCount(options['parameters']),
    input: readSchema(options['input'], 'input') as Operation['input'],
    output: readSchema(options['output'], 'output'),
  };
  return register(described);
}

/** Takes an operation for one that was checked. @internal */
export function register(operation: Operation): Operation {
  made.add(operation);
  return Object.freeze(operation);
}

/**
 * The own members of a plain object, without a prototype. Getters are run once, here.
 *
 * @param known what members there may be; a misspelt option must not be lost in silence.
 */
export function readObject(given: unknown, what: string, known?: readonly string[]): Record<string, unknown> {
  const found = given === null ? 'null' : Array.isArray(given) ? 'a list' : typeof given;
  if (found !== 'object') throw errorOf('CONTRACT_SHAPE', { what, found, advice: 'give an object' });
  const prototype: unknown = Object.getPrototypeOf(given);
  // An object of another realm has a prototype of its own whose prototype is null.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw errorOf('CONTRACT_SHAPE', { what, found: 'an object with a prototype', advice: 'give a plain object' });
  }
  const members = Object.create(null) as Record<string, unknown>;
  for (const name of Reflect.ownKeys(given as object)) {
    if (typeof name === 'symbol') continue;
    if (known !== undefined && !known.includes(name)) {
      throw errorOf('CONTRACT_NAME', {
        name: quote(name), what: `an entry in ${what}`, advice: `there are ${known.join(', ')}`,
      });
    }
    members[name] = (given as Record<string, unknown>)[name];
  }
  return members;
}

function readFlag(options: Record<string, unknown>, name: string, otherwise: boolean): boolean {
  const value = options[name] ?? otherwise;
  if (typeof value === 'boolean') return value;
  throw errorOf('CONTRACT_SHAPE', { what: name, found: typeof value, advice: 'give true or false' });
}

function readText(options: Record<string, unknown>, name: string): string {
  const value = options[name] ?? '';
  if (typeof value === 'string') return value;
  throw errorOf('CONTRACT_SHAPE', { what: name, found: typeof value, advice: 'give a text' });
}

function readCount(value: unknown): number | undefined {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256)) {
    return value as number | undefined;
  }
  throw errorOf('CONTRACT_SHAPE', {
    what: 'parameters', found: typeof value, advice: 'give a whole number from 0 to 255',
  });
}

function readSchema(value: unknown, what: string): StandardSchema | undefined {
  if (value === undefined || isStandardSchema(value)) return value;
  throw errorOf('CONTRACT_SHAPE', {
    what, found: typeof value, advice: 'give a Standard Schema (zod 3.24, valibot 1, arktype 2 or later)',
  });
}

function readFaults(given: unknown): readonly FaultDescription[] {
  if (given === undefined) return Object.freeze([]);
  const entries: [unknown, unknown][] = Array.isArray(given)
    ? given.map((kind: unknown) => [kind, undefined])
    : Object.entries(readObject(given, 'faults'));
  const kinds = new Set<string>();
  return Object.freeze(entries.map(([kind, detail]) => {
    if (typeof kind !== 'string' || kind === '' || kinds.has(kind)) {
      throw errorOf('CONTRACT_NAME', {
        name: typeof kind === 'string' ? quote(kind) : typeof kind, what: 'a kind of fault',
        advice: 'give texts, each once and none empty',
      });
    }
    kinds.add(kind);
    return Object.freeze({ kind, action: '', detail: readSchema(detail, `faults.${kind}`) });
  }));
}

/** A name as messages show it: short, and without characters that disturb a terminal. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

/**
 * What an operation's method is called with: the arguments that came, and after them the context.
 *
 * If the number of arguments is known, so is the place of the context. If it is not, the caller chooses
 * the place by the number of arguments it sends, and a method could take one of them for the context:
 * hosts that strangers reach should know the number.
 *
 * @param given the arguments, after `input` has checked them.
 * @throws Fault `DeserializationFailed` if there are too few or too many (`FLT-9`).
 */
export function placeArguments(operation: Operation, given: readonly unknown[], context: unknown): unknown[] {
  const wanted = operation.parameters;
  if (wanted !== undefined && wanted !== given.length) {
    throw new Unreadable(`the operation takes ${wanted} arguments, not ${given.length}`);
  }
  return [...given, context];
}
