// Busy polling: whoever has said something looks out for the answer for a moment before its thread sleeps.
//
// Waking a thread takes longer than most calls do, and more of the processor's time than looking for what
// would wake it. So whoever expects an answer stays awake for a moment; where answers take longer than that
// it is tried ever more rarely. Each look is a task of its own: between two of them everything else has its turn.

/** How long to look, in milliseconds. Browsers tell time by tenths. */
const PATIENCE = 0.2;
/** How many answers are awaited asleep, at most, after one was looked out for in vain. */
const MOST_ASLEEP = 255;

let saidAt = 0;
let isExpecting = false;
let isLooking = false;
/** How many were to be awaited asleep since it was last in vain, and how many of them are still to come. */
let asleep = 0;
let left = 0;

/** In a turn that ends the expected answer was heard, or something was said that may be answered. */
export function lookOut(heard, said) {
  if (heard && isLooking) asleep = 0;
  isExpecting = said;
  if (!said) return;
  saidAt = performance.now();
  if (isLooking) return;
  if (left > 0) {
    left -= 1;
    return;
  }
  isLooking = true;
  again();
}

function look() {
  if (isExpecting && performance.now() - saidAt < PATIENCE) {
    again();
    return;
  }
  isLooking = false;
  if (!isExpecting) return;
  asleep = Math.min(2 * asleep + 1, MOST_ASLEEP);
  left = asleep;
}

let channel;

/** Comes back when the thread has dealt with what came in. */
function again() {
  if (typeof setImmediate === 'function') {
    setImmediate(look);
    return;
  }
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = look;
  }
  channel.port2.postMessage(0);
}
