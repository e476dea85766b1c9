// Busy polling: whoever has said something looks out for the answer for a moment before its thread sleeps.
//
// Waking a thread takes longer than most calls do, and more of the processor's time than looking for what
// would wake it. So while answers come quickly their receiver stays awake; where they do not it sleeps at once.
// Each look is a task of its own: between two of them everything else has its turn.

/** Answers that took longer, in milliseconds, are not worth staying awake for. Browsers tell time by tenths. */
const QUICK = 0.25;
/** How long to look at most, in milliseconds. */
const PATIENCE = 0.05;

let saidAt = 0;
let isExpecting = false;
let isLooking = false;
/** Whether the last answer came quickly. */
let isQuick = true;

/** Something was heard, or said, in a turn that ends. */
export function lookOut(heard, said) {
  const now = performance.now();
  if (heard && isExpecting) isQuick = now - saidAt <= QUICK;
  isExpecting = said;
  if (!said) return;
  saidAt = now;
  if (isLooking || !isQuick) return;
  isLooking = true;
  again();
}

function look() {
  if (isExpecting && performance.now() - saidAt < PATIENCE) {
    again();
    return;
  }
  isLooking = false;
  if (isExpecting) isQuick = false;
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
