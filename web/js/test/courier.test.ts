// How requests leave for the network, and how they are given up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Stop } from '../request.js';

type Exchange = (address: string, body: string, stop: Stop) => Promise<Answer>;

interface Courier {
  post(request: number, address: string, body: string): Stop & { stop(): void };
}

const { Courier } = await import(new URL('../../src/courier.js', import.meta.url).href) as {
  Courier: new (exchange: Exchange, answered: (...told: unknown[]) => void) => Courier;
};

const turn = (): Promise<void> => new Promise((next) => { setImmediate(next); });

test('answers and failures come by number, after post has returned', async () => {
  const told: unknown[][] = [];
  const why = new Error('gone');
  const courier = new Courier(async (_, body) => {
    if (body === 'fail') throw why;
    return [200, 'text/plain', body];
  }, (...all) => told.push(all));
  courier.post(7, '/a', 'hello');
  courier.post(8, '/a', 'fail');
  assert.deepEqual(told, []);
  await turn();
  assert.deepEqual(told, [[7, 200, 'text/plain', 'hello'], [8, -1, undefined, why]]);
});

test('nobody is told of what was given up, and whoever sends it is', async () => {
  let stopped = 0;
  const answers: ((answer: Answer) => void)[] = [];
  const courier = new Courier((_, body, stop) => {
    stop.onstop = () => { stopped += 1; };
    if (body === 'signal') stop.signal.addEventListener('abort', () => { stopped += 10; });
    return new Promise((answer) => answers.push(answer));
  }, () => assert.fail('it was given up'));
  courier.post(1, '/a', 'plain').stop();
  const stop = courier.post(2, '/a', 'signal');
  stop.stop();
  for (const answer of answers) answer([200, '']);
  await turn();
  assert.equal(stopped, 12);
  assert.ok(stop.isStopped && stop.signal.aborted);
});
