/**
 * Time for many: one interval looks after all that may take too long, instead of a timer for each.
 *
 * @module
 */

import { Crowd, type Seat } from '../crowd.js';

/** Something that has to be done by a moment, unless it is cancelled before. */
export type Deadline = Seat<{
  /** When, on the clock of {@link Sweep.now}. */
  readonly at: number;
  /** What happens then. */
  readonly late: () => void;
}>;

/** Deadlines and regular work, served by one interval that keeps no process alive. */
export class Sweep {
  readonly #deadlines = new Crowd<Deadline['value']>();
  readonly #regular: { readonly every: number; next: number; readonly work: (now: number) => void }[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param period how exact it is, in milliseconds. */
  constructor(period: number) {
    this.#timer = setInterval(() => this.run(), period);
    this.#timer.unref();
  }

  /** Milliseconds on a clock that never goes back. */
  get now(): number {
    return performance.now();
  }

  /** Has `late` called once, `after` milliseconds from now or up to a period later. */
  add(after: number, late: () => void): Deadline {
    return this.#deadlines.add({ at: this.now + after, late });
  }

  /** Takes a deadline back; without effect if it is over. */
  cancel(deadline: Deadline): void {
    this.#deadlines.remove(deadline);
  }

  /** Has `work` done again and again. */
  every(interval: number, work: (now: number) => void): void {
    this.#regular.push({ every: interval, next: this.now + interval, work });
  }

  /** Does what is due. */
  run(): void {
    const { now } = this;
    for (const deadline of this.#deadlines.all()) {
      if (deadline.value.at <= now && this.#deadlines.remove(deadline)) deadline.value.late();
    }
    for (const task of this.#regular) {
      if (task.next > now) continue;
      task.next = now + task.every;
      task.work(now);
    }
  }

  /** Ends; nothing more is called. */
  stop(): void {
    clearInterval(this.#timer);
    for (const deadline of this.#deadlines.all()) this.#deadlines.remove(deadline);
    this.#regular.length = 0;
  }
}
