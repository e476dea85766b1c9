// What happens when nobody touches anything: a few calls, round and round.

/** How long it waits between two beats, in milliseconds. */
export const BEAT = 480;

/** The calls of the beat of that number: the place of the proxy, the operation, its arguments. */
export function beat(number) {
  const varied = (Math.floor(number / ROUND) % 7) + 2;
  const beats = [
    [[0, "add", varied, 3], [1, "clear"]],
    [[2, "hello", "Good day"]],
    [[1, "addTo", varied]],
    [[0, "multiply", varied, 4], [0, "subtract", 9, varied]],
    [[1, "multiplyBy", 3]],
    [[0, "divide", 10, varied]],
    [[1, "subtractFrom", 1]],
    [[0, "add", 20, varied], [0, "add", 1, 1]],
    [[1, "divideBy", 2]],
    [[0, "multiply", 6, 7], [2, "hello", "Still there"]],
    [[1, "equals"]],
  ];
  return beats[number % ROUND] ?? [];
}

/** So many beats, and everything begins anew: the session has ended, and in the last beat it is opened again. */
export const ROUND = 12;
