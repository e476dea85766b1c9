/**
 * Whose code is running: what a callback object calls until it first waits for something is called from within
 * its operation (`CONC-12`). After that nobody can tell, as in WCF on another thread.
 *
 * @module
 */

let running: { readonly end: object; readonly at: number } | undefined;

/** Runs the code of an operation of an end. */
export function runWithin<T>(end: object, at: number, run: () => T): T {
  const before = running;
  running = { end, at };
  try {
    return run();
  } finally {
    running = before;
  }
}

/** The operation of that end whose code is running, if one is. */
export function operationWithin(end: object): number | undefined {
  return running?.end === end ? running.at : undefined;
}
