// The host that abuse.mjs abuses, in a process of its own: if it dies, or grows, that is seen from outside.
//
// node --expose-gc abuse-host.mjs <compiled package> [module]
//
// The default export of the module is a function that is given the place of the compiled package and
// makes a HostIntake. Whatever host it is, it has a contract Canary with sessions at /canary, whose operation `next` counts the
// calls of its session, and at /plain, without sessions, an operation `echo` of one argument.

import { pathToFileURL } from 'node:url';

const [dist, module] = process.argv.slice(2);
const { serve } = await import(new URL('node/index.js', pathToFileURL(`${dist}/`)).href);

/** Reads the wire as the real codec does, as far as that matters here. */
class Counting {
  addresses = [
    { address: '/canary', sessionful: true, sessionless: false },
    { address: '/plain', sessionful: false, sessionless: true },
  ];
  protocols = ['sessionful.v1'];
  #sockets = new Set();

  acceptSocket(_, socket) {
    this.#sockets.add(socket);
    let calls = 0;
    socket.addEventListener('close', () => this.#sockets.delete(socket));
    socket.addEventListener('message', ({ data }) => {
      if (/^[+.?!]/.test(data)) return undefined; // words about the session, as far as they are none of this host's business
      const message = typeof data === 'string' ? read(data) : undefined;
      if (message === undefined) return socket.close(1002, 'cannot be read');
      if (message.id === undefined) return undefined;
      if (message.action !== 'Canary/next') return socket.send(fault(message.id));
      calls += 1;
      return socket.send(JSON.stringify({ v: 1, action: 'Canary/nextResponse', relatesTo: message.id, body: calls }));
    });
  }

  async request(_, { body, contentType }) {
    const message = typeof body === 'string' ? read(body) : undefined;
    const answer = (status, text) => ({ status, contentType, headers: [], body: text });
    if (message === undefined) return answer(400, fault(0));
    if (message.action !== 'Plain/echo' || !Array.isArray(message.body)) return answer(200, fault(0));
    return answer(200, JSON.stringify({ v: 1, action: 'Plain/echoResponse', body: message.body[0] }));
  }

  async close() {
    for (const socket of this.#sockets) socket.close(1001);
  }

  abort() {}
}

function read(text) {
  try {
    const message = JSON.parse(text);
    return typeof message === 'object' && message !== null && message.v === 1 && typeof message.action === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function fault(id) {
  return JSON.stringify({ v: 1, action: 'fault', relatesTo: id, fault: { code: 'ActionNotSupported', runtime: true, reason: 'no' } });
}

async function load() {
  if (module === undefined) return new Counting();
  const { default: make } = await import(pathToFileURL(module).href);
  return make(pathToFileURL(`${dist}/`));
}

const seen = { failed: 0, refused: {}, requests: {}, cut: {} };
const count = (table, key) => { table[key] = (table[key] ?? 0) + 1; };

const host = await load();
// What the host does not answer: bodies by which it can be repeated.
const waiting = new Set();
const request = host.request.bind(host);
host.request = async (address, given) => {
  const entry = { since: performance.now(), body: given.body };
  waiting.add(entry);
  const over = () => waiting.delete(entry);
  given.signal.addEventListener('abort', over);
  try {
    return await request(address, given);
  } finally {
    given.signal.removeEventListener('abort', over);
    over();
  }
};
const stuck = () => [...waiting].filter(({ since }) => performance.now() - since > 5_000).map(({ body }) => String(body).slice(0, 300)).slice(0, 5);

const served = await serve(host, {
  // It all comes from one address. The times are short, so that many can be too slow.
  rate: null,
  headersTimeout: 1_000,
  bodyTimeout: 2_000,
  responseTimeout: 2_000,
  log: (event) => {
    if (event.type === 'failed') seen.failed += 1;
    if (event.type === 'refused') count(seen.refused, `${event.status} ${event.reason}`);
    if (event.type === 'request') count(seen.requests, event.status);
    if (event.type === 'session-cut') count(seen.cut, event.reason);
  },
});

process.on('message', (wish) => {
  if (wish === 'close') {
    served.close(5_000).then(() => process.exit(0), (error) => { throw error; });
    return;
  }
  // Twice: what one collection finalizes, the next one frees.
  globalThis.gc();
  setTimeout(() => {
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send({ rss, heapUsed, external, stats: served.stats, seen, stuck: stuck(), leaks: host.leaks?.() ?? [] });
  }, 20);
});
process.send({ port: served.port });
// Whoever abuses it may die as well.
process.on('disconnect', () => setTimeout(() => process.exit(1), 6_000).unref());
