/**
 * Several requests of one turn in one request of HTTP. Each message follows a mark, as in JSON text
 * sequences (RFC 7464); the answers come in the same order, a bare status in place of one without text.
 *
 * @module
 */

import type { HostResponse } from './host.js';

/** What every message of a batch begins with. No JSON text has it. */
const MARK = '\x1e';

/** How many messages a batch may have, and how long it may be in all unless one alone is longer. */
const MOST = 128;
const LONGEST = 60_000;

/** Status (0 for a redirect), content type and text, which is left out if the answer broke off. */
export type Answer = readonly [status: number, contentType: string, text?: string];

/** Sends one request. */
export type Exchange = (address: string, body: string, signal: AbortSignal) => Promise<Answer>;

interface Entry {
  readonly body: string;
  readonly settle: (answer: Answer | PromiseLike<Answer>) => void;
  /** Whether the caller still waits. */
  readonly isWanted: () => boolean;
  /** Called when it no longer does. */
  onGone: () => void;
}

/** Has the requests of one turn travel together, so many batches at a time. */
export function batched(exchange: Exchange, most: number): Exchange {
  const waiting = new Map<string, Entry[]>();
  let free = most;
  const pump = (): void => {
    for (const [address, entries] of waiting) {
      while (free > 0 && entries.length > 0) {
        const batch = take(entries);
        if (batch.length > 0) {
          free -= 1;
          void send(exchange, address, batch).finally(() => { free += 1; pump(); });
        }
      }
      if (entries.length === 0) waiting.delete(address);
    }
  };
  return (address, body, signal) => new Promise((settle, reject) => {
    const entry: Entry = { body, settle, isWanted: () => !signal.aborted, onGone: () => undefined };
    signal.addEventListener('abort', () => { reject(signal.reason as Error); entry.onGone(); }, { once: true });
    const entries = waiting.get(address);
    if (entries !== undefined) return void entries.push(entry);
    waiting.set(address, [entry]);
    void Promise.resolve().then(pump);
  });
}

/** The next batch. Whoever gave up is left out. */
function take(entries: Entry[]): Entry[] {
  const batch: Entry[] = [];
  let length = 0;
  while (entries.length > 0 && batch.length < MOST) {
    const [next] = entries as [Entry];
    length += next.body.length + 1;
    if (batch.length > 0 && length > LONGEST) break;
    entries.shift();
    if (next.isWanted()) batch.push(next);
  }
  return batch;
}

async function send(exchange: Exchange, address: string, batch: readonly Entry[]): Promise<void> {
  const stop = new AbortController();
  let wanted = batch.length;
  for (const entry of batch) entry.onGone = () => { if ((wanted -= 1) === 0) stop.abort(); };
  const body = batch.length === 1 ? batch[0]?.body ?? '' : batch.map((entry) => MARK + entry.body).join('');
  const whole = exchange(address, body, stop.signal);
  try {
    const [status, contentType, text] = await whole;
    const answers = batch.length > 1 && status === 200 && text !== undefined && isBatch(text) ? split(text) : undefined;
    batch.forEach(({ settle }, at) => {
      // What answers in place of the host, or a host that knows no batches, answers all of them alike.
      if (answers === undefined) return settle([status, contentType, text ?? '']);
      const answer = answers[at] ?? '502';
      settle(/^\d{3}$/.test(answer) ? [Number(answer), '', ''] : [200, contentType, answer]);
    });
  } catch {
    for (const { settle } of batch) settle(whole);
  }
}

const split = (text: string): string[] => text.slice(1).split(MARK);

/** Whether a request is a batch. */
export const isBatch = (text: string): boolean => text.startsWith(MARK);

/** Answers each message of a batch by itself; the whole waits for the slowest. `undefined`: there are too many. */
export async function answerBatch(text: string, answer: (message: string) => Promise<HostResponse>): Promise<string | undefined> {
  const messages = split(text);
  if (messages.length > MOST) return undefined;
  const answers = await Promise.all(messages.map(answer));
  return answers.map(({ status, body }) => MARK + (status === 200 ? String(body) : String(status))).join('');
}
