/**
 * The runtime in WebAssembly: loaded once. There are two builds of it: the whole one, and one that only
 * calls, for pages that do no more.
 *
 * @module
 */

import { PanicError, errorOf, FaultError, SessionfulError } from './errors.js';
import { errorFromCore, type ErrorSide } from './from-core.js';
import type { InitSource } from './loader.js';
import { collected, weak } from './weak.js';
import type * as glue from './wasm/sessionful.js';

/** The binary's exports. */
export type Core = typeof glue;

/** A binary, and the glue that belongs to it. */
export interface OwnBuild {
  readonly glue: Core;
  readonly source: InitSource;
}

/** One build of the runtime, loaded at most once. */
export class Build {
  #glue: Core;
  readonly #source: () => InitSource | undefined;
  #own: (() => Promise<OwnBuild>) | undefined;
  #loading: Promise<Core> | undefined;
  /** Its exports, once it is loaded. */
  core: Core | undefined;

  /** @param source where its binary is, if nobody says so. */
  constructor(exports: Core, source: () => InitSource | undefined) {
    this.#glue = exports;
    this.#source = source;
    builds.push(this);
  }

  /** Says what the platform has of its own, for whoever does not say where the binary is. */
  provide(own: () => Promise<OwnBuild>): void {
    this.#own = own;
  }

  /** Loads it; every later call returns the same promise. */
  load(source?: InitSource): Promise<Core> {
    if (this.core !== undefined) {
      if (source instanceof Promise) source.catch(() => undefined); // the first source counted
      return Promise.resolve(this.core);
    }
    this.#loading ??= this.#load(source).catch((error: unknown) => {
      this.#loading = undefined; // it can be tried again
      throw error;
    });
    return this.#loading;
  }

  async #load(source: InitSource | undefined): Promise<Core> {
    const own = source === undefined ? await this.#own?.() : undefined;
    const from = source ?? own?.source ?? this.#source();
    if (from === undefined) throw errorOf('NOT_INITIALIZED');
    const glue = own?.glue ?? this.#glue;
    await glue.default({ module_or_path: from });
    this.#glue = glue;
    return this.#ready();
  }

  /** Loads it from a module that is compiled already, at once. */
  loadSync(module: BufferSource | WebAssembly.Module): void {
    if (this.core !== undefined) return;
    // Both would be made, and the later one would take the place of the one that is in use.
    if (this.#loading !== undefined) throw errorOf('NOT_INITIALIZED');
    this.#glue.initSync({ module });
    this.#ready();
  }

  #ready(): Core {
    this.core = this.#glue;
    this.#glue.tellPanic((reason) => {
      panic = new PanicError(reason);
      for (const tell of deathWatch) tell(panic);
      deathWatch.clear();
    });
    return this.#glue;
  }
}

const builds: Build[] = [];
let panic: PanicError | undefined;
const deathWatch = new Set<(error: PanicError) => void>();

/** What the runtime takes up, for tests and for watching over long runs. */
export interface RuntimeStats {
  /** The size of the binaries' memory in bytes; it never shrinks. */
  readonly memory: number;
  /** Values of JavaScript that are on their way; none when nothing is in progress. */
  readonly heldValues: number;
}

/** What the runtime takes up now; nothing before it is loaded. */
export function runtimeStats(): RuntimeStats {
  const sum = (of: (core: Core) => number): number =>
    builds.reduce((total, { core }) => total + (core === undefined ? 0 : of(core)), 0);
  return { memory: sum((core) => core.memorySize()), heldValues: sum((core) => core.heldValues()) };
}

/** Has `tell` called if the runtime panics, until the result is called. */
export function onPanic(tell: (error: PanicError) => void): () => void {
  deathWatch.add(tell);
  return () => deathWatch.delete(tell);
}

/** Has a panic told to something for as long as that lives, until the result is called. */
export function watchPanic<T extends object>(target: T, die: (target: T, error: PanicError) => void): () => void {
  const self = weak(target);
  const forget = onPanic((error) => {
    const alive = self.deref();
    if (alive !== undefined) die(alive, error);
  });
  collected.register(target, forget, target);
  return forget;
}

/** Runs something of the binary's, and makes what it throws an error of ours. */
export function attempt<T>(side: ErrorSide, work: () => T): T {
  if (panic !== undefined) throw panic;
  try {
    return work();
  } catch (thrown) {
    throw asError(thrown, side);
  }
}

/** Waits for something of the binary's, and makes what it rejects with an error of ours. */
export async function settled<T>(side: ErrorSide, work: () => Promise<T>): Promise<T> {
  if (panic !== undefined) throw panic;
  try {
    return await orDead(work());
  } catch (thrown) {
    throw asError(thrown, side);
  }
}

/** What the binary promised, or the panic that would leave it pending for ever. */
export async function orDead<T>(promised: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const dead = new Promise<never>((_, reject) => { stop = onPanic(reject); });
  try {
    return await Promise.race([promised, dead]);
  } finally {
    stop?.();
  }
}

/** The error that something of the binary's means. */
export function asError(thrown: unknown, side: ErrorSide = 'proxy'): SessionfulError {
  if (thrown instanceof SessionfulError) return thrown;
  if (panic !== undefined) return panic;
  // A trap without the hook's word: the binary is not to be entered again.
  if (thrown instanceof WebAssembly.RuntimeError) return new PanicError(thrown.message);
  if (thrown instanceof Error) return errorOf('ENCODING', { reason: thrown.message }, { cause: thrown });
  if (!isFaultValue(thrown)) return errorFromCore(thrown, { side });
  // Our own end says this in place of the service, which never saw the call.
  return thrown.code === 'NotCloneable' ? errorOf('ENCODING', { reason: thrown.reason }) : faultOf(thrown);
}

/** A fault as the binary hands it over: its detail is a value already. */
interface FaultValue {
  readonly code: string;
  readonly reason: string;
  readonly runtime?: boolean;
  readonly detail?: { readonly kind: string; readonly body: unknown };
}

function isFaultValue(value: unknown): value is FaultValue {
  return typeof value === 'object' && value !== null && typeof (value as FaultValue).code === 'string'
    && typeof (value as FaultValue).reason === 'string';
}

function faultOf({ code, reason, runtime, detail }: FaultValue): FaultError {
  return new FaultError({ code, reason, fromRuntime: runtime === true, kind: detail?.kind, detail: detail?.body });
}

/** The states of proxies and hosts, in the order of the binary's numbers. */
export const STATES = ['created', 'opening', 'accepting', 'opened', 'closing', 'closed', 'faulted'] as const;

/** Where a proxy or a host is in its life (`CO-1`, `PROXY-2`). */
export type State = (typeof STATES)[number];
