/**
 * Many that come and go: what is under way at an end.
 *
 * Not a `Map` or a `Set`: where those grow and shrink all the time, V8 leaves a trail of tables of which each
 * leads to the next. One that has become old keeps all the later ones, with all that was in them, until the
 * next full collection of garbage: half of what a busy end makes would be copied again and again.
 *
 * @module
 */

/** A member of a {@link Crowd}. */
export interface Seat<T> {
  readonly value: T;
  place: number;
}

/** Members without an order. Each leaves by the seat that it was given. */
export class Crowd<T> {
  readonly #seats: Seat<T>[] = [];

  /** How many there are. */
  get size(): number {
    return this.#seats.length;
  }

  /** Takes one in. */
  add(value: T): Seat<T> {
    const seat = { value, place: this.#seats.length };
    this.#seats.push(seat);
    return seat;
  }

  /** Lets one go; whether it was still there. */
  remove(seat: Seat<T>): boolean {
    if (seat.place < 0) return false;
    const last = this.#seats.pop() as Seat<T>;
    if (last !== seat) {
      this.#seats[seat.place] = last;
      last.place = seat.place;
    }
    seat.place = -1;
    return true;
  }

  /** All of them, as they are now. */
  all(): readonly Seat<T>[] {
    return [...this.#seats];
  }
}

/** Members with numbers, of which none is used again soon. */
export class Numbered<T> {
  #places: ({ readonly number: number; value: T } | undefined)[] = new Array(16);
  #size = 0;
  #last = 0;

  /** Takes one in; its number, from 1 to 2³². */
  add(value: T): number {
    if (2 * this.#size >= this.#places.length) this.#grow();
    do this.#last = (this.#last + 1) >>> 0 || 1;
    while (this.#places[this.#placeOf(this.#last)] !== undefined);
    this.#places[this.#placeOf(this.#last)] = { number: this.#last, value };
    this.#size += 1;
    return this.#last;
  }

  /** The member of a number, if it is there. */
  get(number: number): T | undefined {
    const found = this.#places[this.#placeOf(number)];
    return found?.number === number ? found.value : undefined;
  }

  /** Lets one go, and returns it if it was there. */
  take(number: number): T | undefined {
    const value = this.get(number);
    if (value === undefined) return undefined;
    this.#places[this.#placeOf(number)] = undefined;
    this.#size -= 1;
    return value;
  }

  /** Lets all go, and returns them. */
  takeAll(): T[] {
    const all = this.#places.flatMap((member) => member === undefined ? [] : [member.value]);
    this.#places.fill(undefined);
    this.#size = 0;
    return all;
  }

  // The length is a power of two, so numbers that have places of their own have them in twice the length too.
  #placeOf(number: number): number {
    return number & (this.#places.length - 1);
  }

  #grow(): void {
    const members = this.#places;
    this.#places = new Array(2 * members.length);
    for (const member of members) if (member !== undefined) this.#places[this.#placeOf(member.number)] = member;
  }
}
