// Sessions over ports whose two ends are in one thread, perhaps of two copies of the package. What one end says
// reaches the other end without the port, before the turn is over: messages are copied before they are said.
//
// Every so often it takes the port all the same, so that a program which does nothing but call leaves the event loop
// its turn. Nothing overtakes what is still on the port.

import { post } from './wire.js';

/** The hosts' ends that were accepted lately; whoever dials within the thread hears of them soon. */
const lately = globalThis[Symbol.for('sessionful.near.1')] ??= [];
const MOST = 16;

/** How many times in a row one end leaves out the port. */
const MOST_IN_A_ROW = 64;

/** One end of a session over a port. Its fields are for the other end, which may be of another copy. */
export class End {
  name = '';
  other = undefined;
  /** How many messages went over the port, and how many came. */
  posted = 0;
  heard = 0;
  inARow = 0;

  /** `hear` is told what reaches this end without the port. */
  constructor(port, hear) {
    this.port = port;
    this.hear = hear;
  }

  /** This is the host's end, and the session was accepted by that name. */
  accept(name) {
    this.name = name;
    lately.push(this);
    if (lately.length > MOST) lately.shift();
  }

  /** This is the client's end, and the session was opened by that name. */
  open(name) {
    const at = lately.findIndex((end) => end.name === name);
    if (at < 0) return;
    [this.other] = lately.splice(at, 1);
    this.other.other = this;
  }

  /** Whether the other end is in this thread. When the host's end first says something, it is known. */
  get isNear() {
    return this.other !== undefined;
  }

  /** What an event on the port brought. */
  read(event) {
    this.heard += 1;
    return event.data;
  }

  /** Says something; whether it could be said. What is listed moves along instead of being copied. */
  post(value, moved) {
    const { other } = this;
    if (other !== undefined && this.posted === other.heard && this.inARow < MOST_IN_A_ROW) {
      this.inARow += 1;
      other.take(value);
      return true;
    }
    this.inARow = 0;
    const posted = post(this.port, value, moved);
    if (posted) this.posted += 1;
    return posted;
  }

  /** Something came without the port. Where a binary has panicked, that is nobody's trouble but its own. */
  take(value) {
    try {
      this.hear?.(value);
    } catch {}
  }

  /** Nothing reaches this end any more. */
  leave() {
    this.hear = undefined;
    if (this.other !== undefined) this.other.other = undefined;
    this.other = undefined;
    const at = lately.indexOf(this);
    if (at >= 0) lately.splice(at, 1);
  }
}
