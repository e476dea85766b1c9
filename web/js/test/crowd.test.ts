// What is under way at an end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crowd, Numbered } from '../crowd.js';

test('a crowd: each leaves once, in any order, and the others stay', () => {
  const crowd = new Crowd<string>();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => crowd.add(name)) as [ReturnType<typeof crowd.add>, ReturnType<typeof crowd.add>, ReturnType<typeof crowd.add>];
  const left = (): string => crowd.all().map(({ value }) => value).sort().join('');
  assert.deepEqual([crowd.remove(a), left()], [true, 'bc']);
  assert.deepEqual([crowd.remove(a), left()], [false, 'bc']);
  assert.deepEqual([crowd.remove(b), crowd.remove(c), crowd.size], [true, true, 0]);
});

test('numbers: those that left are not found, those that stay are, however many come and go', () => {
  const members = new Numbered<number>();
  const staying = members.add(-1);
  const held: [number: number, value: number][] = [];
  for (let value = 0; value < 10_000; value += 1) {
    held.push([members.add(value), value]);
    if (value % 3 === 0) continue; // so that more and more stay
    const [number, expected] = held.splice((value * 7919) % held.length, 1)[0] as [number, number];
    assert.equal(members.get(number), expected);
    assert.equal(members.take(number), expected);
    assert.equal(members.take(number), undefined);
  }
  assert.equal(members.get(staying), -1);
  assert.equal(new Set([staying, ...held.map(([number]) => number)]).size, held.length + 1);
  for (const [number, value] of held) assert.equal(members.get(number), value);
  assert.equal(members.takeAll().length, held.length + 1);
  assert.equal(members.get(staying), undefined);
});
