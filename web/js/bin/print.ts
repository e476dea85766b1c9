/**
 * What the command shows: lines for people, or objects for programs.
 *
 * @module
 */

import { isSessionfulError } from '../errors.js';
import type { HostIntake, NodeHost, NodeHostEvent } from '../node/index.js';
import type { Surroundings } from './run.js';

/** More lines a second than that nobody reads; the rest is counted. */
const LINES_A_SECOND = 50;

/** How a line is to be seen. */
type Tone = 'plain' | 'dim' | 'good' | 'bad' | 'warn';

const COLORS: Readonly<Record<Tone, string>> = { plain: '', dim: '\u001b[2m', good: '\u001b[32m', bad: '\u001b[31m', warn: '\u001b[33m' };

/** Prints events as they come. */
export class Printer {
  readonly #around: Surroundings;
  readonly #quiet: boolean;
  readonly #json: boolean;
  readonly #started = performance.now();
  #second = 0;
  #lines = 0;
  #skipped = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(around: Surroundings, { quiet, json }: { readonly quiet: boolean; readonly json: boolean }) {
    this.#around = around;
    this.#quiet = quiet;
    this.#json = json;
  }

  /** Tells what is being done. */
  step(text: string): void {
    if (this.#json) this.#object({ type: 'step', text });
    else this.#line('dim', text);
  }

  /** Tells where the host can be reached. */
  endpoints(url: string, host: HostIntake): void {
    if (this.#json) return;
    const took = Math.round(performance.now() - this.#started);
    this.#line('good', `serving ${url} after ${took} ms, Ctrl-C to end`);
    const width = Math.max(...host.addresses.map(({ address }) => address.length));
    for (const { address, sessionful, sessionless } of host.addresses) {
      const takes = [...(sessionful ? ['sessions'] : []), ...(sessionless ? ['requests'] : [])].join(' and ');
      this.#line('plain', `  ${address.padEnd(width)}  ${takes}`);
    }
  }

  /** Tells what still has to end, until {@link stop}. */
  draining(stats: () => NodeHost['stats']): void {
    if (this.#json || this.#quiet) return;
    const tell = (): void => {
      const { sessions, requests } = stats();
      this.#write(this.#around.out, 'warn', `closing: ${count(sessions, 'session')} and ${count(requests, 'request')} are left, Ctrl-C cuts them off`);
    };
    tell();
    this.#ticker ??= setInterval(tell, 1_000);
  }

  /** Tells one event. */
  event(event: NodeHostEvent): void {
    if (this.#json) return this.#object(event);
    const [tone, text] = wordsFor(event);
    if (text !== '' && this.#mayPrint()) this.#line(tone, text);
  }

  /** Tells why there is no more. Whoever asked for an object a line gets that one as well. */
  failure(error: unknown): void {
    const known = isSessionfulError(error);
    if (this.#json) {
      this.#object(known ? { type: 'error', ...error.toJSON() } : { type: 'error', message: wordsOf(error) });
      return;
    }
    this.#write(this.#around.err, 'bad', `sessionful: ${known ? error.message : wordsOf(error)}`);
    if (known && !error.message.endsWith(error.next)) this.#write(this.#around.err, 'plain', `  ${error.next}`);
    const cause = known ? placeOf(error.cause) : undefined;
    if (cause !== undefined) this.#write(this.#around.err, 'dim', `  ${cause}`);
  }

  /** Ends the telling of progress. */
  stop(): void {
    clearInterval(this.#ticker);
    if (!this.#json) this.#tellSkipped();
  }

  /** A service under load prints more than a terminal can take; that must not slow it down. */
  #mayPrint(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#lines = 0;
      this.#tellSkipped();
    }
    this.#lines += 1;
    if (this.#lines <= LINES_A_SECOND) return true;
    this.#skipped += 1;
    return false;
  }

  #tellSkipped(): void {
    const skipped = this.#skipped;
    this.#skipped = 0;
    if (skipped > 0) this.#line('dim', `… and ${skipped} more`);
  }

  #object(value: object): void {
    this.#around.out(JSON.stringify({ time: new Date().toISOString(), ...value }));
  }

  #line(tone: Tone, text: string): void {
    if (this.#quiet) return;
    this.#write(this.#around.out, tone, `${new Date().toISOString().slice(11, 23)}  ${text}`);
  }

  #write(to: (line: string) => void, tone: Tone, text: string): void {
    const color = this.#around.color ? COLORS[tone] : '';
    to(color === '' ? plain(text) : `${color}${plain(text)}\u001b[0m`);
  }
}

/** Without what would drive a terminal: names and addresses may come from anywhere. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

function wordsFor(event: NodeHostEvent): [tone: Tone, text: string] {
  switch (event.type) {
    case 'listening': return ['dim', ''];
    case 'request': return [
      event.status < 400 ? 'plain' : event.status < 500 ? 'warn' : 'bad',
      `${event.address}  ${event.status}  ${millis(event.took)}  ${event.received} B → ${event.sent} B  ${event.peer}`,
    ];
    case 'gone': return ['warn', `${event.address}  client gone after ${millis(event.took)}  ${event.peer}`];
    case 'refused': return ['warn', `${event.address ?? '(no endpoint)'}  ${event.status}  refused: ${event.reason}  ${event.peer}`];
    case 'session-opened': return ['plain', `${event.address}  session ${event.id} opened  ${event.peer}`];
    case 'session-closed': return ['plain', `${event.address}  session ${event.id} closed (${event.code}) after ${millis(event.took)}`];
    case 'session-cut': return ['warn', `${event.address}  session ${event.id} cut off: ${event.reason}`];
    case 'failed': return ['bad', `${event.address}  the host failed: ${event.error}`];
    case 'dropped': return ['warn', 'a connection was dropped: there are too many'];
    case 'draining': return ['dim', ''];
    case 'closed': return event.cut === 0 ? ['good', 'closed'] : ['warn', `closed; ${event.cut} were cut off`];
  }
}

function millis(time: number): string {
  return time < 10 ? `${time.toFixed(1)} ms` : time < 10_000 ? `${Math.round(time)} ms` : `${Math.round(time / 1_000)} s`;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** The first line of a stack that is a place in a file. */
function placeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || cause.stack === undefined) return undefined;
  const lines = cause.stack.split('\n').map((line) => line.trim());
  const own = lines.filter((line) => !line.includes('(node:')); // not where Node itself was
  return own.find((line) => /(?:^|\()file:.*:\d+/.test(line) || /^at .*:\d+:\d+/.test(line));
}
