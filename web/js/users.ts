/**
 * The user's code behind an end, as the runtime calls it: services, callback objects, error handlers.
 *
 * @module
 */

import { Unreadable, serveBy, withDetail } from './body-codec.js';
import type { OperationContext, OperationState } from './context.js';
import type { Contract } from './contract.js';
import { errorOf } from './errors.js';
import { Fault } from './fault.js';
import { Headers, type ReadonlyHeaders } from './headers.js';
import { placeArguments, type Operation } from './operation.js';
import { orDead, settled } from './runtime.js';
import { validate } from './standard-schema.js';
import type { CoreContext, Users } from './wasm/sessionful.js';

/** Tells the runtime that a result comes later. */
const LATER = Symbol('later');

/** Tells the runtime that something was thrown. */
class Thrown {
  readonly #error: unknown;

  constructor(error: unknown) {
    this.#error = error;
  }

  /** Whether it is one: `instanceof` would ask the user's value, which may be a proxy that throws. */
  static is(value: unknown): value is Thrown {
    return typeof value === 'object' && value !== null && #error in value;
  }

  get error(): unknown {
    return this.#error;
  }
}

/** What an end offers to the user's code that it runs. */
export interface End {
  /** The operation in progress under that number. */
  context(at: number): CoreContext | undefined;
  /** The outcome of something that was promised. */
  settle(at: number, succeeded: boolean, value: unknown): void;
}

type Method = (...parameters: unknown[]) => unknown;

/** What the user's code is asked besides operations. */
export interface Helpers {
  /** Makes a service object, or promises one. */
  readonly create?: (context: OperationContext | undefined) => unknown;
  /** A service object is given up; `dispose` unless its context only lets go of it (`INST-21`). */
  readonly release?: (object: object, dispose: boolean) => void;
  /** Whether a caller is let in. */
  readonly authorize?: (context: OperationContext) => boolean | PromiseLike<boolean>;
  /** What the caller hears of a failure; nothing leaves that to the runtime (`FLT-3`). */
  readonly provideFault?: (failure: Fault | string, context: OperationContext) => Fault | undefined;
  /** A failure is over; whether it is dealt with (`FLT-7`). */
  readonly handleError?: (failure: Fault | string, context: OperationContext) => boolean | undefined;
  /** Runs the code of an operation, for ends that want to know what it calls. */
  readonly within?: (at: number, run: () => unknown) => unknown;
}

/** Where throws of code end up that nobody waits for: shown as uncaught, harmless to the runtime. */
function report(thrown: unknown): void {
  queueMicrotask(() => { throw thrown; });
}

/** Runs the user's code for an end. */
export function usersOf(contract: Contract, end: () => End, helpers: Helpers = {}): Users {
  const operations = Object.entries(contract.operations);
  const contextOf = (at: number): Context => new Context(at, end, contract);
  const later = (at: number, promise: PromiseLike<unknown>): typeof LATER => {
    // Of a foreign promise anything is to be expected: that it settles at once, twice, or throws.
    Promise.resolve(promise).then((value) => end().settle(at, true, value), (thrown: unknown) => end().settle(at, false, thrown));
    return LATER;
  };
  const { within } = helpers;
  const carryOut = (object: unknown, name: string, operation: Operation, values: readonly unknown[], at: number): unknown =>
    methodOf(object, name).apply(object, placeArguments(operation, values, contextOf(at)));
  const perform: typeof carryOut = within === undefined ? carryOut
    : (object, name, operation, values, at) => within(at, () => carryOut(object, name, operation, values, at));
  const invoke = (object: unknown, number: number, given: unknown, at: number): unknown => {
    const [name, operation] = operations[number] ?? missing(number);
    if (!Array.isArray(given)) throw new Unreadable('the arguments are no list');
    const run = (values: readonly unknown[]): unknown => perform(object, name, operation, values, at);
    if (operation.input !== undefined) {
      return validate(operation.input, given, (reason) => new Unreadable(reason)).then(run);
    }
    const { codec } = operation;
    return codec === undefined ? run(given) : serveBy(codec, operation.oneWay, given, run);
  };
  /** What comes of the user's code: the binary could catch what is thrown at a greater cost only. */
  const outcome = (at: number, run: () => unknown): unknown => {
    try {
      const result = run();
      return isPromise(result) ? later(at, result) : result;
    } catch (thrown) {
      return new Thrown(thrown);
    }
  };
  return {
    invoke: (object, number, given, at) => outcome(at, () => invoke(object, number, given, at)),
    create: (at) => outcome(at, () =>
      helpers.create?.(end().context(at) === undefined ? undefined : contextOf(at) as never)),
    release: (object, dispose) => {
      try {
        helpers.release?.(object as object, dispose);
      } catch (thrown) {
        report(thrown);
      }
    },
    authorize: (at) => outcome(at, () => helpers.authorize?.(contextOf(at) as never) ?? true),
    failure: failureOf,
    provideFault: (failure, at) => {
      const fault = helpers.provideFault?.(shown(failure), contextOf(at) as never);
      return fault === undefined ? undefined : failureOf(fault);
    },
    handleError: (failure, at) => {
      try {
        return helpers.handleError?.(shown(failure), contextOf(at) as never) === true;
      } catch (thrown) {
        report(thrown);
        return false;
      }
    },
    outcomeOf: (result) => result === LATER ? 1 : Thrown.is(result) ? 2 : 0,
    thrownBy: (result) => (result as Thrown).error,
  };
}

function missing(number: number): never {
  throw errorOf('UNKNOWN_OPERATION', { operation: String(number) });
}

function methodOf(object: unknown, name: string): Method {
  const method = (object as Record<string, unknown> | null | undefined)?.[name];
  if (typeof method === 'function') return method as Method;
  throw new TypeError(`the service has no method ${name}`);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Whoever throws may throw anything, also what cannot be made a text. */
function inWords(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  } catch {
    return 'something was thrown that cannot be shown';
  }
}

/** A fault as the runtime reads it; anything else as a text, which callers hear only if the host says so. */
function failureOf(thrown: unknown): unknown {
  try {
    if (!(thrown instanceof Fault)) return inWords(thrown);
    const { code, reason, kind, detail } = thrown;
    const runtime = thrown instanceof Unreadable ? { runtime: true } : {};
    return { code, reason, ...runtime, ...(kind === undefined ? {} : { detail: { kind, body: detail } }) };
  } catch {
    return inWords(thrown); // even to ask what it is can throw
  }
}

function shown(failure: unknown): Fault | string {
  if (typeof failure === 'string') return failure;
  const { code, reason, detail } = failure as { code: string; reason: string; detail?: { kind: string; body: unknown } };
  return new Fault(code, reason, detail === undefined ? undefined : { kind: detail.kind, detail: detail.body });
}

async function callBack(core: CoreContext, number: number, { codec, oneWay }: Operation, parameters: unknown[]): Promise<unknown> {
  const body = codec === undefined ? parameters : codec.writeArguments(parameters);
  try {
    const value = await settled('proxy', () => core.call(number, body));
    return codec === undefined || oneWay ? value : codec.readResult(value);
  } catch (thrown) {
    throw withDetail(codec, thrown);
  }
}

/** An operation in progress. What most operations never ask for costs them nothing. */
class Context {
  readonly #at: number;
  readonly #end: () => End;
  readonly #contract: Contract;
  #core: CoreContext | undefined;
  #headers: Headers | undefined;
  #signal: AbortSignal | undefined;
  #callback: object | undefined;

  constructor(at: number, end: () => End, contract: Contract) {
    this.#at = at;
    this.#end = end;
    this.#contract = contract;
  }

  /** It is good for this call only (`CTX-4`). */
  #open(): CoreContext {
    const core = this.#core ??= this.#end().context(this.#at);
    if (core === undefined) throw errorOf('DISPOSED');
    return core;
  }

  get operation(): string {
    return this.#open().operation;
  }

  get session(): string | undefined {
    return this.#open().session;
  }

  get headers(): ReadonlyHeaders {
    return this.#headers ??= new Headers(this.#open().headers);
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.#open().onCancelled(() => controller.abort(errorOf('ABORTED')));
    }
    return this.#signal;
  }

  get callback(): object {
    return this.#callback ??= this.#callbacks();
  }

  #callbacks(): object {
    const core = this.#open();
    const contract = this.#contract.callback;
    if (contract === undefined || !core.callsBack) throw errorOf('UNKNOWN_OPERATION', { operation: 'callback' });
    const methods = Object.entries(contract.operations).map(([name, operation], number) => [
      name,
      (...parameters: unknown[]) => callBack(core, number, operation, parameters),
    ] as const);
    return Object.freeze(Object.assign(Object.create(null) as object, Object.fromEntries(methods)));
  }

  get state(): OperationState {
    const core = this.#open();
    return {
      get operation() { return core.state(0); },
      get instance() { return core.state(1); },
      get session() { return core.state(2); },
      get host() { return core.state(3); },
    };
  }

  addReplyHeader(name: string, value: string): void {
    this.#open().addReplyHeader(String(name), String(value)); // as the platform's own headers do
  }

  callOut<T>(work: PromiseLike<T> | (() => T | PromiseLike<T>)): Promise<T> {
    const core = this.#open();
    return orDead(core.callOut(typeof work === 'function' ? work : () => work) as Promise<T>);
  }

  releaseInstance(): void {
    this.#open().releaseInstance();
  }

  closeSession(): void {
    this.#open().closeSession();
  }

  abortSession(): void {
    this.#open().abortSession();
  }

  onCompleted(handler: () => void): void {
    this.#open().onCompleted(() => {
      try {
        handler();
      } catch (thrown) {
        report(thrown);
      }
    });
  }
}
