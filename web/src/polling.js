// Busy polling: whoever has said something looks out for the answer for a moment before its thread sleeps.
//
// Where the processor is idle, waking a thread takes longer than most calls do, and more of the processor's time
// than looking for what would wake it. So whoever expects an answer stays awake for a moment. Where answers take
// longer than that, or others want the processor (the peer perhaps, which could not answer then), it is in vain,
// and soon tried ever more rarely. Each look is a task of its own: between two of them everything else has its turn.

// Taken before a test could put a clock of its own in their place. Some platforms have neither.
const { setImmediate, MessageChannel } = globalThis;

/** How often to look: for about 0.2 ms. */
const LOOKS = setImmediate !== undefined ? 100 : MessageChannel !== undefined ? 25 : 0;
/** How many answers are awaited asleep, at most, after one was looked out for in vain. */
const MOST_ASLEEP = 1_023;
/** How many answers have to come in time, one after the other, to be trusted again. */
const STREAK = 32;

let isExpecting = false;
let isLooking = false;
/** How many more looks. */
let looks = 0;
/** How many answers came in time since it was last in vain. */
let streak = 0;
/** How many were to be awaited asleep then, and how many of them are still to come. */
let asleep = 0;
let left = 0;

/** In a turn that ends the expected answer was heard, or something was said that may be answered. */
export function lookOut(heard, said) {
  if (heard && isExpecting && isLooking && (streak += 1) >= STREAK) asleep = 0;
  isExpecting = said;
  if (!said) return;
  looks = LOOKS;
  if (isLooking || LOOKS === 0) return;
  if (left > 0) {
    left -= 1;
    return;
  }
  isLooking = true;
  again();
}

function look() {
  if (isExpecting && looks > 0) {
    looks -= 1;
    again();
    return;
  }
  isLooking = false;
  if (!isExpecting) return;
  streak = 0;
  asleep = Math.min(2 * asleep + 1, MOST_ASLEEP);
  left = asleep;
}

let channel;

/** Comes back when the thread has dealt with what came in. */
function again() {
  if (setImmediate !== undefined) {
    setImmediate(look);
    return;
  }
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = look;
  }
  channel.port2.postMessage(0);
}
