/**
 * Service objects: how they are made, and given up.
 *
 * @module
 */

/** A class is called with `new`, any other function without. */
export function makerOf(service: unknown): (context: unknown) => unknown {
  if (typeof service !== 'function') return () => service;
  return isClass(service) ? () => new (service as new () => unknown)() : (service as (context: unknown) => unknown);
}

/** As it is written, or as compilers write it for old engines: a function whose objects have methods. */
function isClass(service: object): boolean {
  if (/^class\b/.test(Function.prototype.toString.call(service))) return true;
  const { prototype } = service as { readonly prototype?: object };
  return prototype !== undefined && Object.getOwnPropertyNames(prototype).some((name) => name !== 'constructor');
}

/** Disposes of an object that says how. */
export function disposeOf(object: object): void {
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = object as Partial<AsyncDisposable & Disposable>;
  if (now !== undefined) now.call(object);
  // An asynchronous one may all the same return nothing; what it rejects with is shown as uncaught.
  else if (later !== undefined) void Promise.resolve(later.call(object));
}
