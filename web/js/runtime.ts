/**
 * The runtime in WebAssembly: loaded once, by whichever entry of the package was imported.
 *
 * @module
 */

import { PanicError, errorFromCore, errorOf, type ErrorSide, FaultError, SessionfulError } from './errors.js';
import { type InitSource, defaultSource } from './loader.js';
import loadGlue, * as glue from './wasm/sessionful.js';

/** The binary's exports. */
export type Core = typeof glue;

let loading: Promise<Core> | undefined;
let loaded: Core | undefined;
let panic: PanicError | undefined;
let memory: WebAssembly.Memory | undefined;
const deathWatch = new Set<(error: PanicError) => void>();

/**
 * Loads the runtime; every later call returns the same promise. Opening a proxy or a host does it by
 * itself, except with the entry `sessionful/slim`, which never fetches anything unasked.
 *
 * @param source where the binary is: a URL, a request, a response, bytes, a compiled module, or a
 *   promise of these. The file beside the package unless given.
 * @throws StateError `NOT_INITIALIZED` if nothing is given and the entry knows no place.
 */
export function init(source?: InitSource): Promise<void> {
  return load(source).then(() => undefined);
}

/**
 * Loads the runtime from a module that is compiled already, at once.
 */
export function initSync(module: BufferSource | WebAssembly.Module): void {
  if (loaded !== undefined) return;
  ready(glue.initSync({ module }));
}

/** The runtime, loading it if need be. */
export function load(source?: InitSource): Promise<Core> {
  if (loaded !== undefined) return Promise.resolve(loaded);
  if (loading === undefined) {
    const from = source ?? defaultSource();
    if (from === undefined) return Promise.reject(errorOf('NOT_INITIALIZED'));
    loading = loadGlue({ module_or_path: from }).then((exports) => ready(exports), (error: unknown) => {
      loading = undefined; // it can be tried again
      throw error;
    });
  }
  return loading;
}

/** The runtime, if it is loaded. */
export function core(): Core | undefined {
  return loaded;
}

function ready(exports: unknown): Core {
  loaded = glue;
  memory = (exports as { memory: WebAssembly.Memory }).memory;
  glue.tellPanic((reason) => {
    panic = new PanicError(reason);
    for (const tell of deathWatch) tell(panic);
    deathWatch.clear();
  });
  return glue;
}

/** What the runtime takes up, for tests and for watching over long runs. */
export interface RuntimeStats {
  /** The size of the binary's memory in bytes; it never shrinks. */
  readonly memory: number;
  /** Values of JavaScript that are on their way; none when nothing is in progress. */
  readonly heldValues: number;
}

/** What the runtime takes up now; nothing before it is loaded. */
export function runtimeStats(): RuntimeStats {
  return { memory: memory?.buffer.byteLength ?? 0, heldValues: loaded?.heldValues() ?? 0 };
}

/** Has `tell` called if the runtime panics, until the result is called. */
export function onPanic(tell: (error: PanicError) => void): () => void {
  deathWatch.add(tell);
  return () => deathWatch.delete(tell);
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
