/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Proxies, whichever build of the runtime they use: the client's end.
 *
 * @module
 */

import { withDetail } from './body-codec.js';
import type { Callbacks, Client, Contract } from './contract.js';
import { checkCallOptions, isGroup, type CallOptions } from './call-options.js';
import { Numbered } from './crowd.js';
import { errorOf, type PanicError, type SessionfulError } from './errors.js';
import type { EventFeed } from './events.js';
import { Headers } from './headers.js';
import type { Operation } from './operation.js';
import { EVENTS, OBJECT, type Shape, checkContract, checkShapes, isObject, refuse } from './options.js';
import { type Build, type Core, type State, STATES, asError, attempt, settled, watchPanic } from './runtime.js';
import { validate } from './standard-schema.js';
import { type Transport, network } from './transport.js';
import { type Reference, collected, strong, weak } from './weak.js';
import { operationWithin } from './within.js';
import type { CoreProxy, CoreTap, Settle, Users } from './wasm/sessionful.js';

/** How messages travel, and what is accepted. Times are in milliseconds; `Infinity` waits for ever. */
export interface BindingOptions {
  /**
   * `sessionful`: one channel for the whole open period; `sessionless`: a pooled channel for each call;
   * `both` (unless given): as the contract needs it, without a session where it may be either (`SESS-3`).
   */
  readonly channel?: 'both' | 'sessionful' | 'sessionless';
  /** How long opening may take; 60,000 unless given. */
  readonly openTimeout?: number;
  /** How long closing may take; 60,000 unless given. */
  readonly closeTimeout?: number;
  /** How long sending, and under WCF's rules a whole call, may take; 60,000 unless given. */
  readonly sendTimeout?: number;
  /** How long a session may be idle at the host (`SESS-22`); 600,000 unless given. */
  readonly receiveTimeout?: number;
  /** The longest message, in UTF-16 units of its text; 65,536 unless given. Ports do not count it. */
  readonly maxFrame?: number;
  /** How deeply values may nest where they travel as text; 64 unless given. */
  readonly maxDepth?: number;
  /** How many headers a message may have; 64 unless given. */
  readonly maxHeaders?: number;
}

/** Options of all proxies. Times are in milliseconds; `Infinity` waits for ever. */
export interface CallerOptions {
  /** Where the service is: a URL, or what the transport makes of it. */
  readonly address: string | URL;
  /** The way to it; the network unless given. */
  readonly transport?: Transport;
  /** Options of the callback object (`CONC-14`). */
  readonly callback?: {
    /**
     * How many callbacks run at once; `single` unless given. One that calls the service and waits needs `reentrant`
     * or `multiple`: else it is refused (`CONC-12`), or, where it has waited for something else before and nobody
     * can tell whose call it is, waits for its timeout.
     */
    readonly concurrency?: 'single' | 'reentrant' | 'multiple';
    /** Whether the service learns what went wrong inside (`FLT-8`); false unless given. */
    readonly includeExceptionDetail?: boolean;
  };
  /** How messages travel. */
  readonly binding?: BindingOptions;
  /** Which automaton governs it: `wws` (unless given) can be reset, `wcf` opens by itself at the first call. */
  readonly rules?: 'wws' | 'wcf';
  /** How long a call may take; 30,000 unless given, under WCF's rules the binding's `sendTimeout`. */
  readonly callTimeout?: number;
  /** How many calls may be pending, one more is refused (`PROXY-23`); 100 unless given, under WCF's rules any. */
  readonly maxPendingCalls?: number;
  /** How long closing waits for pending calls; 5,000 unless given, under WCF's rules the binding's `closeTimeout`. */
  readonly maxCloseTimeout?: number;
  /** How long opening may take; for ever unless given, under WCF's rules the binding's `openTimeout`. */
  readonly openTimeout?: number;
  /** Whether a first call opens the proxy (`CO-19`); under WCF's rules only, unless given. */
  readonly autoOpen?: boolean;
  /** Who hears what happens here; nobody unless given. */
  readonly events?: EventFeed;
}

/** The object that the service may call back. */
export type CallbackOption<C extends Contract> = C['callback'] extends Contract
  ? { readonly callbacks: Callbacks<C> }
  : { readonly callbacks?: 'the contract has no callbacks' };

/** Options of a {@link ServiceProxy}. */
export type ProxyOptions<C extends Contract = Contract> = CallerOptions & CallbackOption<C>;

const SHAPES: Readonly<Record<string, Shape>> = {
  address: [(value) => (typeof value === 'string' && value !== '') || value instanceof URL, 'is neither a text nor a URL'],
  transport: [
    (value) => typeof (value as Partial<Transport>).link === 'function',
    'is none: give network(), port(), custom() or the transport of a host',
  ],
  binding: OBJECT,
  callback: OBJECT,
  callbacks: OBJECT,
  events: EVENTS,
};

/** The longest that a timer can wait, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Where somebody may still be called back. */
const LIVING: ReadonlySet<State> = new Set(['opening', 'accepting', 'opened', 'closing']);

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  readonly operation: Operation;
  readonly onReplyHeaders: CallOptions['onReplyHeaders'];
}

/** What serves a callback object asks of its end. */
export interface ProxyEnd {
  core?: Reference<CoreProxy> | undefined;
}

/** What all proxies are; use one of the classes `ServiceProxy`. */
export abstract class Caller<C extends Contract = Contract> implements AsyncDisposable {
  /** The build of the runtime that does its work. @internal */
  protected abstract runtime(): Build;
  /** Runs a callback object. @internal */
  protected abstract serve(object: object | undefined, end: ProxyEnd): Users;
  /** Listens to this end. @internal */
  protected abstract tap(events: EventFeed, loaded: Core, node: number): CoreTap;
  /** Its contract. */
  readonly contract: C;
  /** A method for each operation. Methods need no `this`. */
  readonly call: Client<C>;
  readonly #options: ProxyOptions<C>;
  readonly #transport: Transport;
  readonly #pending = new Numbered<Pending>();
  #core: CoreProxy | undefined;
  #end: ProxyEnd = {};
  #isClosed = false;
  /** Calls wait for the runtime. */
  #loading: Promise<void> | undefined;
  /** How often it was ended before the runtime was there to be told. */
  #endings = 0;
  #leftOver: readonly string[] = [];
  #unwatch: (() => void) | undefined;
  #node: number | undefined;
  #error: SessionfulError | undefined;

  /**
   * What does not fit together shows at the latest when it opens.
   *
   * @throws ContractError or OptionError for what cannot be meant; BindingError, BehaviorError.
   */
  constructor(contract: C, options: ProxyOptions<C>) {
    checkContract(contract);
    if (!isObject(options) || options.address === undefined) refuse('address', 'is missing');
    checkShapes(options, SHAPES);
    this.contract = contract;
    this.#options = options;
    this.#transport = options.transport ?? network();
    this.call = this.#client(undefined);
    const ready = this.runtime().core;
    if (ready !== undefined) this.#make(ready);
  }

  /** Where it is in its life (`PROXY-2`, `CO-1`). */
  get state(): State {
    return this.#error !== undefined ? 'faulted' : this.#isClosed ? 'closed' : STATES[this.#core?.phase ?? 0] ?? 'created';
  }

  /** How many calls are pending. */
  get pendingCalls(): number {
    return this.#core?.pending ?? 0;
  }

  /**
   * Opens it, and loads the runtime if need be.
   *
   * @throws StateError if its state does not allow it; under WWSAPI's rules it is created again after a
   *   failed open and may try anew (`PROXY-7`).
   */
  async open(): Promise<void> {
    if (this.#isClosed) throw this.#closedError();
    const made = this.#core ?? this.#make(await this.#load());
    this.#keep(made);
    try {
      await settled('proxy', () => made.open());
    } catch (thrown) {
      if (!LIVING.has(this.state)) this.#end.core = weak(made);
      throw thrown;
    }
  }

  /**
   * Closes it in good order: calls in progress end first (`CALL-12`).
   *
   * @throws TimeoutError if that took longer than `maxCloseTimeout`; it is closed then as well.
   */
  async close(): Promise<void> {
    const made = this.#core;
    if (made === undefined) return this.#endEarly();
    try {
      await settled('proxy', () => made.close());
    } finally {
      this.#release(made);
    }
  }

  /** Ends everything at once; calls in progress reject with {@link AbortedError} (`CALL-9`). */
  abort(): void {
    const made = this.#core;
    if (made === undefined) return this.#endEarly();
    attempt('proxy', () => made.abort());
    this.#release(made); // under WCF's rules it is closed now
  }

  /** Makes a closed proxy new again, under WWSAPI's rules only (`PROXY-8`); a faulted one is closed or aborted first (`PROXY-3`). */
  reset(): void {
    if (this.#isClosed) {
      if (this.#options.rules === 'wcf') throw this.#closedError();
      this.#isClosed = false;
      const loaded = this.runtime().core;
      const tap = loaded === undefined ? undefined : this.#tap(loaded);
      tap?.renew();
      tap?.free();
      return;
    }
    attempt('proxy', () => this.#core?.reset());
  }

  /**
   * Gives up the calls of a group (`CALL-6`), or with 0 all of them; the session goes on.
   *
   * @throws OptionError for what is no group.
   */
  abandon(group: number): void {
    if (group !== 0 && !isGroup(group)) refuse('group', 'is no whole number from 1, nor 0 for all calls');
    attempt('proxy', () => this.#core?.abandon(group));
  }

  /**
   * The same methods, with options for the calls made by them.
   *
   * @throws OptionError if there is no such option, or not with that value.
   */
  with(options: CallOptions): Client<C> {
    checkCallOptions(options);
    return this.#client(options);
  }

  /** What exists now at this end, as plain data for people and tests. */
  snapshot(): unknown {
    return attempt('proxy', () => this.#core?.snapshot());
  }

  /** What is left over although nothing is in progress; empty when all is well. */
  leaks(): readonly string[] {
    return attempt('proxy', () => this.#core?.leaks() ?? this.#leftOver);
  }

  /** Closes it; if that fails it is aborted, so that nothing is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.close();
    } catch {
      if (this.#error === undefined) this.abort();
    }
  }

  #make(loaded: Core): CoreProxy {
    if (this.#core !== undefined) return this.#core;
    const { callbacks, transport: _, address, events: __, ...rest } = this.#options;
    if (rest.callback !== undefined && this.contract.callback === undefined) throw errorOf('BEHAVIOR_NO_CALLBACKS');
    const config = { ...rest, address: String(address), contract: this.contract.toCore() };
    const end: ProxyEnd = this.#end = {};
    const callsBack = callbacks !== undefined || this.contract.callback !== undefined;
    const users = callsBack ? this.serve(callbacks as object | undefined, end) : undefined;
    const made = attempt('proxy', () =>
      new loaded.CoreProxy(config, this.#transport.link(loaded), settlerOf(this.#pending), users, this.#tap(loaded)));
    end.core = weak(made);
    if (this.#opensItself()) this.#keep(made);
    this.#core = made;
    // A proxy that nobody closes is collected all the same.
    this.#unwatch = watchPanic<Caller<C>>(this, Caller.#died);
    return made;
  }

  /** Who can be called back lives until it is closed, though nobody but the binary knows it. */
  #keep(made: CoreProxy): void {
    if (this.contract.callback !== undefined) this.#end.core = strong(made);
  }

  /** Whether the first call opens it (`CO-19`). */
  #opensItself(): boolean {
    const { autoOpen, rules } = this.#options;
    return autoOpen ?? rules === 'wcf';
  }

  /** Its records have one number for all its lives. */
  #tap(loaded: Core): CoreTap | undefined {
    const { events } = this.#options;
    return events && this.tap(events, loaded, this.#node ??= events.enlist());
  }

  /** Lets go of what a closed proxy holds in the binary; the collector could take its time. */
  #release(made: CoreProxy): void {
    this.#end.core = weak(made);
    if (this.#core !== made || this.#error !== undefined || STATES[made.phase] !== 'closed') return;
    this.#leftOver = made.leaks();
    // Callbacks that still run have nobody any more to hear of their end.
    this.#end.core = undefined;
    this.#core = undefined;
    this.#isClosed = true;
    this.#unwatch?.();
    collected.unregister(this);
    made.free();
  }

  /** Why a closed proxy that holds nothing any more can do nothing. */
  #closedError(): SessionfulError {
    return this.#options.rules === 'wcf'
      ? errorOf('DISPOSED')
      : errorOf('INVALID_STATE', { phase: 'closed', hint: 'reset it or make another' });
  }

  #client(options: CallOptions | undefined): Client<C> {
    const client = Object.create(null) as Record<string, unknown>;
    for (const [number, [name, operation]] of Object.entries(this.contract.operations).entries()) {
      client[name] = (...parameters: unknown[]) => this.#begin(number, operation, parameters, options);
    }
    return Object.freeze(client) as Client<C>;
  }

  #begin(number: number, operation: Operation, parameters: unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason);
    if (this.#isClosed) return Promise.reject(this.#closedError());
    const made = this.#core;
    if (made === undefined || this.#loading !== undefined) return this.#beginLater(number, operation, parameters, options);
    const { codec } = operation;
    const wait = codec?.wait();
    if (wait !== undefined) return wait.then(() => this.#begin(number, operation, parameters, options));
    let resolve!: Pending['resolve'];
    let reject!: Pending['reject'];
    // The binary is not called from within the constructor: V8 of Node 20 can crash when it gives up
    // the optimization of a call into a binary that was inlined there.
    const promise = new Promise<unknown>((fulfil, refuse) => {
      resolve = fulfil;
      reject = refuse;
    });
    const call = this.#pending.add({ resolve, reject, operation, onReplyHeaders: options?.onReplyHeaders });
    try {
      const body = codec === undefined ? parameters : codec.writeArguments(parameters);
      const within = operationWithin(this.#end);
      if (options === undefined && within === undefined) made.call(call, number, body);
      else this.#callWith(made, call, number, body, options ?? {}, within);
    } catch (thrown) {
      this.#pending.take(call);
      reject(asError(thrown));
    }
    return promise;
  }

  /** Loads the runtime, unless the proxy is ended meanwhile. */
  async #load(): Promise<Core> {
    const before = this.#endings;
    const loaded = await this.runtime().load();
    if (this.#endings !== before) throw errorOf('ABORTED');
    return loaded;
  }

  /** Closed or aborted before there was anything to close: under WCF's rules that is for good (`CO-7`). */
  #endEarly(): void {
    this.#endings += 1;
    this.#isClosed ||= this.#options.rules === 'wcf';
  }

  /** Before the runtime is loaded calls can only be of a proxy that they open (`CO-19`). They begin in their order. */
  #beginLater(number: number, operation: Operation, parameters: unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (!this.#opensItself()) return Promise.reject(errorOf('INVALID_STATE', { phase: 'created', hint: 'open it first' }));
    if (this.#loading === undefined) {
      const loading = this.#loading = this.#load().then((loaded) => { this.#make(loaded); });
      const loaded = (): void => { this.#loading = undefined; };
      loading.then(loaded, loaded); // before anything else that waits for it
    }
    return inTime(this.#loading, options, (left) => this.#begin(number, operation, parameters, left));
  }

  #callWith(made: CoreProxy, call: number, number: number, parameters: unknown[], options: CallOptions, within: number | undefined): void {
    const { signal, timeout, group, headers } = options;
    const list = headers && Object.entries(headers).flat();
    made.callWith(call, number, parameters, group ?? 0, timeout, list, within);
    if (signal === undefined) return;
    const stop = (): void => {
      this.#pending.take(call)?.reject(signal.reason);
      if (this.#core === made) made.stop(call); // it is freed once it is closed
    };
    signal.addEventListener('abort', stop, { once: true });
    const pending = this.#pending.get(call);
    if (pending === undefined) return;
    const quiet = (): void => signal.removeEventListener('abort', stop);
    const { resolve, reject } = pending;
    pending.resolve = (value) => { quiet(); resolve(value); };
    pending.reject = (error) => { quiet(); reject(error); };
  }

  /** A pending call always settles. */
  static #died(proxy: Pick<Caller, never>, error: PanicError): void {
    const died = proxy as Caller;
    died.#error = error;
    for (const { reject } of died.#pending.takeAll()) reject(error);
  }
}

/** Begins a call once it can, with the time that is left for it, unless it is given up before. */
function inTime<T>(ready: Promise<void>, options: CallOptions = {}, begin: (options: CallOptions) => Promise<T>): Promise<T> {
  const { signal, timeout } = options;
  const since = performance.now();
  const left = (): CallOptions =>
    timeout === undefined ? options : { ...options, timeout: Math.max(0, timeout - (performance.now() - since)) };
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    const giveUp = (reason: unknown): void => {
      isGivenUp = true;
      reject(reason);
    };
    const stop = (): void => giveUp(signal?.reason);
    const timer = setTimeout(() => giveUp(errorOf('TIMED_OUT')), Math.min(timeout ?? LONGEST_TIMER, LONGEST_TIMER));
    const quiet = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    signal?.addEventListener('abort', stop);
    ready.then(() => {
      quiet();
      if (!isGivenUp) resolve(begin(left()));
    }, (thrown: unknown) => {
      quiet();
      reject(thrown);
    });
  });
}

/**
 * How calls end. The binary keeps hold of what it is given: of the calls that wait, not of the proxy itself,
 * which could never be collected then. So it is made out here: a function holds whatever is known where it was made.
 */
function settlerOf(pending: Numbered<Pending>): Settle {
  return {
    headers: (call, texts) => {
      try {
        pending.get(call)?.onReplyHeaders?.(new Headers(texts));
      } catch (thrown) {
        pending.take(call)?.reject(thrown);
      }
    },
    resolve: (call, value) => finish(pending, call, value),
    reject: (call, error) => {
      const found = pending.take(call);
      found?.reject(withDetail(found.operation.codec, asError(error)));
    },
  };
}

function finish(pending: Numbered<Pending>, call: number, result: unknown): void {
  const found = pending.take(call);
  if (found === undefined) return; // it was given up
  const { codec, output } = found.operation;
  if (codec !== undefined && !found.operation.oneWay) {
    try {
      return found.resolve(codec.readResult(result));
    } catch (thrown) {
      return found.reject(asError(thrown));
    }
  }
  found.resolve(output === undefined ? result : validate(output, result, (reason) => errorOf('ENCODING', { reason })));
}
