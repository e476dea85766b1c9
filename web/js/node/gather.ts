/**
 * What one look at the network brings is dealt with together, one stage after the other: faster than each
 * message by itself, because the processor need not fetch the code of all stages again for each.
 * Nobody waits for it: Node looks once, calls back for all that came, and then comes here.
 *
 * @module
 */

let gathered: (() => void)[] = [];

/** Does something once all that came has been read. It must not throw. */
export function gather(step: () => void): void {
  if (gathered.push(step) === 1) setImmediate(proceed);
}

function proceed(): void {
  const steps = gathered;
  gathered = [];
  for (const step of steps) step();
}
