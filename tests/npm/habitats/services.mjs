// What every habitat hosts: the cells of the table of instancing, and a service for everything else.
import { Fault, HostGroup, ServiceHost, defineContract, oneWay, operation } from 'sessionful';

const lower = (name) => name[0].toLowerCase() + name.slice(1);

/** The cells of the table, each with its steps. Those of a transport that this package has not are left out. */
export function readCells(table) {
  const cells = new Map();
  for (const line of table.trim().split('\n').slice(1)) {
    const [row, instancing, mode, channel, variant, , step, outcome, key, , , , made, disposed] = line.split('\t');
    if (channel === 'reply-session-only') continue;
    const name = `${row}-${variant}`;
    if (!cells.has(name)) cells.set(name, { name, instancing, mode, channel, variant, steps: [] });
    cells.get(name).steps.push({ step, outcome, key, made: Number(made), disposed: Number(disposed) });
  }
  return [...cells.values()];
}

/** The contract of a cell. */
export const counterOf = (mode) => defineContract({
  name: 'Counter', session: lower(mode),
  operations: { next: operation(), declared: operation(), unhandled: operation(), oneway: oneWay() },
});

/** What a cell's binding offers. */
export const channelOf = ({ channel }) => ({ session: 'sessionful', sessionless: 'sessionless', both: 'both' })[channel];

export const Probe = defineContract({
  name: 'Probe', session: 'notAllowed',
  operations: { openedCell: operation(), closeCell: operation(), counts: operation(), busy: operation() },
});

export const Talk = defineContract({
  name: 'Talk', session: 'required',
  operations: {
    remember: operation(), echo: operation(), slow: operation(), hail: operation(), ask: operation(), tell: oneWay(),
    told: operation(), fault: operation(), defect: operation(), leave: operation({ terminating: true }),
    late: operation({ initiating: false }), header: operation(), session: operation(), bytes: operation(), cut: operation(),
  },
  callback: { operations: { progress: oneWay(), confirm: operation() } },
});

export const Open = defineContract({ name: 'Open', session: 'notAllowed', operations: { defect: operation() } });

const sleep = (millis) => new Promise((wake) => setTimeout(wake, millis));

class Talker {
  #words = [];
  remember(word) { this.#words.push(word); return this.#words; }
  echo(value) { return value; }
  async slow(millis) { await sleep(millis); return 'done'; }
  async hail(context) { for (const percent of [0, 50, 100]) await context.callback.progress(percent); return 'hailed'; }
  ask(question, context) { return context.callback.confirm(question); }
  tell(word) { this.#words.push(word); }
  told() { return this.#words; }
  fault() { throw new Fault('Odd', 'that is odd', { kind: 'Odd', detail: { number: 7, bytes: Uint8Array.of(0, 255) } }); }
  defect() { throw new Error('a secret'); }
  leave() { return 'bye'; }
  late() { return 'late'; }
  header(context) { context.addReplyHeader('answer', '42'); return context.headers.get('question'); }
  session(context) { return context.session; }
  bytes(bytes) { return bytes.map((byte) => 255 - byte); }
  cut(context) { context.abortSession(); return 'never seen'; }
}

/** All hosts of a habitat. Cells that must not open keep their error for the probe. */
export function hosts(table) {
  const cells = new Map(readCells(table).map((cell) => [cell.name, hostOfCell(cell)]));
  const probe = new ServiceHost(Probe, {
    service: () => ({
      openedCell: (name) => cells.get(name).opened,
      closeCell: (name) => told(cells.get(name).host.close()),
      counts: (name) => cells.get(name).counts,
      busy: async () => { await sleep(30); return 'idle'; },
    }),
    instancing: 'perCall', endpoints: [{ address: '/probe' }], throttles: { calls: 1000 },
  });
  const talk = new ServiceHost(Talk, { service: Talker, concurrency: 'reentrant', endpoints: [{ address: '/talk' }] });
  const outspoken = new ServiceHost(Open, {
    service: () => ({ defect() { throw new Error('"no"\nsecret'); } }),
    instancing: 'perCall', includeExceptionDetail: true, endpoints: [{ address: '/open' }],
  });
  const group = new HostGroup([probe, talk, outspoken, ...[...cells.values()].map(({ host }) => host)]);
  const open = async () => {
    // A service worker is asked as soon as the probe is open: what it tells of may still be under way.
    for (const cell of cells.values()) cell.opened = told(cell.host.open());
    await Promise.all([probe, talk, outspoken].map((host) => host.open()));
    await Promise.all([...cells.values()].map((cell) => cell.opened));
    return group;
  };
  return { group, open };
}

function hostOfCell(cell) {
  const counts = { made: 0, disposed: 0 };
  class Counter {
    #next = 0;
    constructor() { counts.made += 1; }
    next() { return ++this.#next; }
    declared() { throw new Fault('Wanted', 'wanted'); }
    unhandled() { throw new Error('unwanted'); }
    oneway() { throw new Error('unwanted'); }
    [Symbol.dispose]() { counts.disposed += 1; }
  }
  const own = cell.variant === 'object' ? new Counter() : undefined;
  counts.made = 0; // the user's own object is not one that the host makes
  const host = new ServiceHost(counterOf(cell.mode), {
    service: own ?? Counter,
    instancing: lower(cell.instancing),
    closeTimeout: 2000,
    endpoints: [{ address: `/cell/${cell.name}`, binding: { channel: channelOf(cell) } }],
  });
  return { host, counts };
}

/** How something ended, in the words of the table. */
export async function told(promise) {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    if (error.code === 'FAULT') return `fault ${error.faultCode}`;
    return `error ${error.exception}${error.key ? `:${error.key}` : ''}`;
  }
}
