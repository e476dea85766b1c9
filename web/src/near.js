// Sessions over ports whose two ends are in one thread, perhaps of two copies of the package.

/** What was accepted lately; whoever dials within the thread hears of it soon. */
const lately = globalThis[Symbol.for('sessionful.accepted')] ??= [];
const MOST = 16;

/** The host's end of a session; whether the other one is near is known once that has heard of it. */
export function accepted(name) {
  const end = { name, isNear: false };
  lately.push(end);
  if (lately.length > MOST) lately.shift();
  return end;
}

/** Whether a session that was opened by that name has its other end here. */
export function opened(name) {
  const at = lately.findIndex((end) => end.name === name);
  if (at < 0) return false;
  lately.splice(at, 1)[0].isNear = true;
  return true;
}
