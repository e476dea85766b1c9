// Sends a great many frames and bodies that nobody should send to a running host, and watches that it
// lives, does not grow, and that nobody else's session notices.
//
//   node abuse.mjs [--count 1000000] [--seed 1] [--dist ../../dist] [--host module.mjs] [--only batch]
//                 [--what sessions|requests]
//
// Everything follows from the seed. When something goes wrong the numbers of the batches in flight are
// told; `--only <number>` repeats one of them.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
    host: { type: 'string' },
    only: { type: 'string' },
    what: { type: 'string', default: 'both' },
    quiet: { type: 'boolean', default: false },
  },
});
const COUNT = Number(options.count);
const SEED = Number(options.seed);

/** Connections that abuse at the same time. */
const AT_ONCE = 24;
/** Sessions of honest users. */
const CANARIES = 8;
/** What memory may do between the first fifth and the end, in bytes. */
const HEAP_GROWTH = 8 * 2 ** 20;
const RSS_GROWTH = 48 * 2 ** 20;

// ---- Chance, from a seed (mulberry32)

function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { next, below, one: (list) => list[below(list.length)], bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))) };
}

// ---- Texts that are no message, or a message that nobody should send

const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'hasOwnProperty', 'v', 'action', 'id', 'body', 'fault', '', '\u0000', '\ud800'];
const VALUES = [null, true, -1, 0, 1, 7, 1e308, 2 ** 53, '', 'x', '\ud800', [], {}, [[]], 'Canary/next', '__proto__', { v: 1 }];

function message(dice) {
  return { v: 1, action: dice.one(['Canary/next', 'Plain/echo', 'Canary/none', '*', 'fault']), id: dice.below(100), body: [dice.below(9)] };
}

/** Each takes dice and returns a text. None of them is a good call of the canary. */
const TEXTS = {
  cut: (dice) => { const text = JSON.stringify(message(dice)); return text.slice(0, dice.below(text.length)); },
  flipped: (dice) => {
    const text = Buffer.from(JSON.stringify(message(dice)));
    text[dice.below(text.length)] ^= 1 << dice.below(7);
    return text.toString('latin1');
  },
  noise: (dice) => dice.bytes(dice.below(200)).toString('latin1'),
  empty: () => '',
  blank: (dice) => ' \n\t\ufeff'.repeat(1 + dice.below(9)),
  deep: (dice) => dice.one(['[', '{"a":', '{"__proto__":']).repeat(1 + dice.below(4_000)),
  deepBody: (dice) => { const depth = 1 + dice.below(2_000); return `{"v":1,"action":"Plain/echo","body":${'['.repeat(depth)}${']'.repeat(depth)}}`; },
  scalar: (dice) => JSON.stringify(dice.one(VALUES)),
  types: (dice) => { const made = message(dice); made[dice.one(Object.keys(made))] = dice.one(VALUES); return JSON.stringify(made); },
  version: (dice) => JSON.stringify({ ...message(dice), v: dice.one([0, 2, 99, -1, 1.5, '1', null]) }),
  twice: (dice) => `{"v":1,"action":"Canary/next","${dice.one(['id', 'action', 'v', 'body'])}":1,"action":"x","id":${dice.below(9)}}`,
  keys: (dice) => `{"v":1,"action":"Canary/none","id":1,${JSON.stringify(dice.one(KEYS))}:{"polluted":true},"body":{"__proto__":{"polluted":true}}}`,
  proto: () => '{"__proto__":{"v":1,"action":"Canary/next","id":1}}',
  names: (dice) => JSON.stringify({ v: 1, action: `Canary/${dice.one(KEYS)}`, id: dice.one(VALUES) }),
  ids: (dice) => `{"v":1,"action":"Canary/none","id":${dice.one(['1e999', '-0', '18446744073709551616', '-1', '1.5', '00', '"\\u0000"', '[]'])}}`,
  answers: (dice) => JSON.stringify({ v: 1, action: 'Canary/nextResponse', relatesTo: dice.below(1_000), body: 1e6 }),
  faults: (dice) => JSON.stringify({ v: 1, action: 'fault', relatesTo: dice.below(1_000), fault: { code: dice.one(KEYS), runtime: true, reason: 'x', detail: { kind: '__proto__', body: {} } } }),
  both: () => '{"v":1,"action":"Plain/echo","id":1,"body":1,"bytes":"AA==","fault":{"code":"x","reason":""}}',
  bytes: (dice) => JSON.stringify({ v: 1, action: 'Canary/none', id: 1, bytes: dice.one(['A', '====', '*', 'AA=', '\u0000']) }),
  headers: (dice) => JSON.stringify({ ...message(dice), action: 'Canary/none', headers: Array.from({ length: dice.below(200) }, () => ({ name: dice.one(KEYS), value: dice.one(VALUES), mustUnderstand: true })) }),
  foreign: (dice) => JSON.stringify({
    ...message(dice), action: 'Canary/none',
    headers: ['sessionful-session', 'sessionful-instance', 'session'].map((name) => ({ name, value: dice.bytes(16).toString('hex') })),
  }),
  numbers: (dice) => `{"v":1,"action":"Plain/echo","body":[${'9'.repeat(1 + dice.below(5_000))}]}`,
  strings: (dice) => `{"v":1,"action":"Plain/echo","body":["${dice.one(['\\u0000', '\\ud800', '\\', '\\x', '\n'])}"]}`,
  wide: (dice) => `{"v":1,"action":"Plain/echo","body":{${Array.from({ length: dice.below(1_000) }, (_, n) => `"k${n}":0`).join()}}}`,
};
const TEXT_KINDS = Object.keys(TEXTS);

const text = (dice) => TEXTS[dice.one(TEXT_KINDS)](dice);

// ---- Frames (RFC 6455), good and bad

function frame(dice, opcode, payload, { fin = true, masked = true, rsv = 0, length = payload.length } = {}) {
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  if (length < 126) head.push((masked ? 0x80 : 0) | length);
  else if (length < 65_536) head.push((masked ? 0x80 : 0) | 126, length >> 8, length & 255);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    head.push((masked ? 0x80 : 0) | 127, ...long);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), payload]);
  const mask = dice.bytes(4);
  const body = Buffer.from(payload);
  for (let at = 0; at < body.length; at += 1) body[at] ^= mask[at & 3];
  return Buffer.concat([Buffer.from(head), mask, body]);
}

/** Frames after which a session may go on. */
const MILD = {
  text: (dice) => frame(dice, 1, Buffer.from(text(dice))),
  words: (dice) => frame(dice, 1, Buffer.from(dice.one([
    '?', '!', '+1', '+0', '+255', '+256', '+4294967295', '+4294967296', '+-1', '+1e9', '+', '+x', '..', '.x', '??', '=', '=0',
    `=${dice.bytes(16).toString('hex')}`, '#', ' ', '\ufeff', 'null', '\u0000', '?'.repeat(65),
  ]))),
  batches: (dice) => frame(dice, 1, Buffer.from(dice.one([
    '[]', '[[]]', '[null]', '[{}]', '[1,2]', `[${Array.from({ length: dice.below(300) }, () => '{"v":1,"action":"Canary/next","id":1,"body":[]}').join()}]`,
    `[${TEXTS.keys(dice)},${TEXTS.types(dice)}]`, `[${text(dice)}]`, '['.repeat(1 + dice.below(2_000)),
  ]))),
  calls: (dice) => frame(dice, 1, Buffer.from(JSON.stringify({
    v: 1, action: 'Canary/next', id: dice.one([0, 1, 7, dice.below(1_000), 'x', 2 ** 53]), body: dice.one([[], [], [], [1], {}, 'x', null, [{ session: 'x' }]]),
  }))),
  unknown: (dice) => frame(dice, 1, Buffer.from(TEXTS[dice.one(['keys', 'answers', 'faults', 'bytes', 'headers', 'foreign', 'names'])](dice))),
  ping: (dice) => frame(dice, 9, dice.bytes(dice.below(126))),
  pong: (dice) => frame(dice, 10, dice.bytes(dice.below(126))),
  parts: (dice) => Buffer.concat([
    frame(dice, 1, Buffer.from('{"v":1,"acti'), { fin: false }), frame(dice, 9, Buffer.alloc(0)),
    frame(dice, 0, Buffer.alloc(0), { fin: false }), frame(dice, 0, Buffer.from('on":"Canary/none","id":1}')),
  ]),
};

/** Frames after which there is no session. */
const FATAL = {
  binary: (dice) => frame(dice, 2, dice.bytes(dice.below(200))),
  unmasked: (dice) => frame(dice, 1, Buffer.from(text(dice)), { masked: false }),
  opcode: (dice) => frame(dice, dice.one([3, 4, 5, 6, 7, 11, 12, 15]), dice.bytes(4)),
  reserved: (dice) => frame(dice, 1, Buffer.from('{}'), { rsv: 1 + dice.below(7) }),
  utf8: (dice) => frame(dice, 1, Buffer.concat([Buffer.from('{"'), dice.one([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]].map(Buffer.from))])),
  loose: (dice) => frame(dice, 0, dice.bytes(4)),
  longPing: (dice) => frame(dice, 9, dice.bytes(126)),
  partPing: (dice) => frame(dice, 9, dice.bytes(4), { fin: false }),
  oversize: (dice) => frame(dice, 1, Buffer.alloc(262_145, 0x20)),
  lie: (dice) => frame(dice, 1, Buffer.from('{}'), { length: dice.one([262_145, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]) }),
  close: (dice) => frame(dice, 8, dice.one([[], [0], [3, 232], [0, 0], [3, 237], [255, 255], [3, 232, 0xff]].map(Buffer.from))),
  restart: (dice) => Buffer.concat([frame(dice, 1, Buffer.from('{'), { fin: false }), frame(dice, 1, Buffer.from('}'))]),
  half: (dice) => frame(dice, 1, Buffer.from('{"v":1}')).subarray(0, 1 + dice.below(8)),
  garbage: (dice) => dice.bytes(1 + dice.below(100)),
};

const MILD_KINDS = Object.keys(MILD);
const FATAL_KINDS = Object.keys(FATAL);

function upgrade(dice, more = '', { path = '/canary', protocol = 'sessionful.v1', key = dice.bytes(16).toString('base64'), version = 13, method = 'GET' } = {}) {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: ${version}\r\n`
    + `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${protocol}\r\n${more}\r\n`;
}

// ---- Requests

const TYPE = 'application/vnd.sessionful.v1+json';

function post(body, { path = '/plain', method = 'POST', type = TYPE, more = '', length = Buffer.byteLength(body) } = {}) {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${more}\r\n${body}`;
}

/** Requests after which a connection may go on. */
const POLITE = {
  body: (dice) => post(text(dice)),
  more: (dice) => post(text(dice)),
  again: (dice) => post(text(dice)),
  path: (dice) => post('{}', { path: dice.one(['/', '//plain', '/plain/', '/PLAIN', '/../plain', '/%2e%2e/plain', '/__proto__', '/constructor', '/plain%00', '/%', '/%ff', '/canary']) }),
  query: (dice) => post(text(dice), { path: `/plain?${encodeURIComponent(dice.one(KEYS.slice(0, 9)))}=1` }),
  method: (dice) => post('', { method: dice.one(['GET', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) }),
  type: (dice) => post('{}', { type: dice.one(['text/html', 'application/x-www-form-urlencoded', 'multipart/form-data', '', ';;;', `${TYPE}; charset=utf-16`]) }),
  origin: (dice) => post('{}', { more: `Origin: ${dice.one(['https://evil.example', 'null', 'http://localhost.evil.example', 'x'])}\r\n` }),
  coding: (dice) => post('{}', { more: `Content-Encoding: ${dice.one(['gzip', 'br', 'deflate', 'x'])}\r\n` }),
  preflight: () => post('', { method: 'OPTIONS', more: 'Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n' }),
  chunks: (dice) => { const body = text(dice); return `POST /plain HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n${body === '' ? '' : `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`}0\r\n\r\n`; },
};

/** Requests after which there is no connection. */
const RUDE = {
  garbage: (dice) => dice.bytes(1 + dice.below(300)),
  oversize: () => post('x'.repeat(270_000)),
  promise: (dice) => post('{', { length: dice.one([262_144, 262_145, 1e9, 1e15]) }),
  negative: () => post('{}', { length: -1 }),
  two: () => post('{}', { more: 'Content-Length: 3\r\n' }),
  smuggled: () => post('0\r\n\r\n', { more: 'Transfer-Encoding: chunked\r\n' }),
  coding: (dice) => post('', { more: `Transfer-Encoding: ${dice.one(['chunked, identity', 'xchunked', ' chunked', 'chunked\r\nTransfer-Encoding: x'])}\r\n` }),
  badChunk: (dice) => `POST /plain HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n${dice.one(['zz\r\n', 'ffffffffffffffffff\r\n', '-1\r\n', '5\r\nabc\r\n0\r\n\r\n', ';'.repeat(20_000)])}`,
  head: () => `POST /plain HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
  heads: () => `POST /plain HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(3_000)}\r\n`,
  hosts: () => 'POST /plain HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
  noHost: () => 'POST /plain HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
  name: () => post('{}').replace('Host: localhost', 'Host: evil.example'),
  split: () => 'POST /plain HTTP/1.1\r\nHost: localhost\nX : y\r\n\r\n',
  absolute: () => post('{}', { path: 'http://evil.example/plain' }),
  tunnel: () => 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  old: () => 'POST /plain HTTP/0.9\r\n\r\n',
  h2: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  expect: (dice) => post('{}', { more: `Expect: ${dice.one(['100-continue', '200-ok'])}\r\n` }),
  upOrigin: (dice) => upgrade(dice, 'Origin: https://evil.example\r\n'),
  upProtocol: (dice) => upgrade(dice, '', { protocol: dice.one(['x', 'sessionful.v2', ',', ' ', 'sessionful.v1;x', '"']) }),
  upPath: (dice) => upgrade(dice, '', { path: dice.one(['/plain', '/none', '/canary/', '/%', '/__proto__']) }),
  upKey: (dice) => upgrade(dice, '', { key: dice.one(['', 'short', 'x'.repeat(5_000)]) }),
  upVersion: (dice) => upgrade(dice, '', { version: dice.one([0, 7, 14, 'x']) }),
  upMethod: (dice) => upgrade(dice, '', { method: 'POST' }),
  upOther: (dice) => upgrade(dice).replace('websocket', dice.one(['h2c', 'TLS/1.0', 'x'])),
  cut: (dice) => { const whole = post(text(dice)); return whole.slice(0, 1 + dice.below(whole.length)); },
};

const POLITE_KINDS = Object.keys(POLITE);
const RUDE_KINDS = Object.keys(RUDE);

// ---- Batches: what one connection sends

/** One connection's worth: what it sends, how many frames or requests that is, and how it ends. */
function batch(number) {
  const dice = chance(Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(SEED, 0x85ebca6b));
  const many = 1 + dice.below(60);
  const parts = [];
  const session = options.what === 'both' ? dice.next() < 0.6 : options.what === 'sessions';
  if (session) {
    parts.push(upgrade(dice));
    for (let n = 1; n < many; n += 1) parts.push(MILD[dice.one(MILD_KINDS)](dice));
    parts.push(dice.next() < 0.9 ? FATAL[dice.one(FATAL_KINDS)](dice) : frame(dice, 8, Buffer.from([3, 232])));
  } else {
    for (let n = 1; n < many; n += 1) parts.push(POLITE[dice.one(POLITE_KINDS)](dice));
    parts.push(RUDE[dice.one(RUDE_KINDS)](dice));
  }
  return {
    many,
    bytes: Buffer.concat(parts.map((part) => Buffer.from(part))),
    // A few wait for their end as slow ones do, which takes as long as the host lets it.
    ending: dice.one(['half', 'half', 'half', 'cut', 'cut', dice.next() < 0.02 ? 'wait' : 'half']),
    pieces: dice.next() < 0.2 ? 1 + dice.below(5) : 1,
  };
}

/** Sends a batch; resolves when the connection is over. Nothing that comes back is an answer of use. */
function send(port, { bytes, ending, pieces }, heard) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => { if (answer.length < 4_000) answer += chunk.toString('latin1'); });
    socket.on('error', () => {});
    socket.on('close', () => { clearTimeout(patience); heard(answer); resolve(); });
    const patience = setTimeout(() => socket.destroy(), ending === 'wait' ? 10_000 : 1_500);
    socket.on('connect', async () => {
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
        await new Promise((sent) => socket.write(bytes.subarray(at, at + size), () => sent()));
      }
      if (ending === 'cut') socket.destroy();
      if (ending === 'half') socket.end();
    });
  });
}

// ---- Honest users

/** Counts in a session of its own, and is told if the count is not the own one. */
class Canary {
  calls = 0;
  trouble = '';
  #socket;
  #answers = new Map();

  constructor(port) {
    const dice = chance(port);
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', (error) => { this.trouble ||= `error: ${error.message}`; });
    this.#socket.on('close', () => { if (!this.done) this.trouble ||= 'closed'; });
    let rest = Buffer.alloc(0);
    let open = false;
    this.opened = new Promise((resolve) => {
      this.#socket.on('data', (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        if (!open) {
          const end = rest.indexOf('\r\n\r\n');
          if (end < 0) return;
          if (!rest.toString('latin1').startsWith('HTTP/1.1 101')) this.trouble ||= rest.toString('latin1');
          rest = rest.subarray(end + 4);
          open = true;
          resolve();
        }
        while (rest.length >= 2) {
          const length = rest[1];
          if (length >= 126 || rest.length < 2 + length) break;
          const opcode = rest[0] & 15;
          const payload = rest.subarray(2, 2 + length);
          rest = rest.subarray(2 + length);
          if (opcode === 9) this.#socket.write(frame(dice, 10, payload));
          else if (opcode === 1) this.#hear(payload.toString());
          else this.trouble ||= `frame ${opcode}: ${payload.toString('latin1')}`;
        }
      });
    });
    this.#socket.write(upgrade(dice));
    this.dice = dice;
  }

  /** A text of the session: a word, a message or several. */
  #hear(said) {
    if (said === '?') this.#say('!');
    if (said.startsWith('[')) for (const answer of JSON.parse(said)) this.#take(answer);
    else if (said.startsWith('{')) this.#take(JSON.parse(said));
    else if (!/^(?:=[0-9a-f]{32}|\+\d+|[?!])$/.test(said)) this.trouble ||= `an unknown word: ${said}`;
  }

  #say(said) {
    this.#socket.write(frame(this.dice, 1, Buffer.from(said)));
  }

  #take(answer) {
    const { relatesTo, body } = answer;
    this.#say('+1');
    const wanted = this.#answers.get(relatesTo);
    this.#answers.delete(relatesTo);
    if (wanted === undefined) this.trouble ||= `an answer to nothing: ${JSON.stringify(answer)}`;
    else if (body !== relatesTo) this.trouble ||= `call ${relatesTo} was counted as ${body}`;
    wanted?.();
  }

  call() {
    this.calls += 1;
    const id = this.calls;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`call ${id} of a canary was not answered in 10 s ${this.trouble}`)), 10_000);
      this.#answers.set(id, () => { clearTimeout(late); resolve(); });
      this.#say(JSON.stringify({ v: 1, action: 'Canary/next', id, body: [] }));
    });
  }

  close() {
    this.done = true;
    this.#socket.destroy();
  }
}

// ---- The run

const say = (line) => { if (!options.quiet) console.log(line); };

let child;

async function main() {
  child = fork(fileURLToPath(new URL('abuse-host.mjs', import.meta.url)), [options.dist, ...(options.host === undefined ? [] : [options.host])], {
    execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => { if (complaints.length < 10_000) complaints += chunk; });
  const inFlight = new Set();
  let over = false;
  const died = new Promise((_, reject) => {
    child.on('exit', (code, signal) => {
      if (!over) reject(new Error(`the host ended with ${code ?? signal} during batches ${[...inFlight].join(', ')}\n${complaints}`));
    });
  });
  died.catch(() => {});
  const told = () => Promise.race([new Promise((resolve) => child.once('message', resolve)), died]);
  const { port } = await told();
  const measure = () => { if (child.connected) child.send('measure'); return told(); };

  const canaries = Array.from({ length: CANARIES }, () => new Canary(port));
  await Promise.race([Promise.all(canaries.map((canary) => canary.opened)), died]);
  let singing = true;
  const songs = canaries.map(async (canary) => {
    while (singing) {
      await canary.call();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  const statuses = {};
  let failedAnswers = 0;
  const heard = (answer) => {
    for (const [, status] of answer.matchAll(/HTTP\/1\.1 (\d{3})/g)) statuses[status] = (statuses[status] ?? 0) + 1;
    if (answer.includes('the host has failed')) failedAnswers += 1;
  };
  const started = Date.now();
  let sent = 0;
  let number = options.only === undefined ? 0 : Number(options.only);
  const samples = [];
  let nextSample = COUNT / 5;
  let sampling = Promise.resolve();
  const worker = async () => {
    while (sent < COUNT && (options.only === undefined || sent === 0)) {
      const mine = number++;
      const made = batch(mine);
      sent += made.many;
      inFlight.add(mine);
      await send(port, made, heard);
      inFlight.delete(mine);
      if (sent >= nextSample) {
        nextSample += COUNT / 5;
        sampling = sampling.then(measure).then((sample) => {
          samples.push(sample);
          say(`${sent} sent in ${((Date.now() - started) / 1000).toFixed(0)} s: heap ${mebi(sample.heapUsed)}, rss ${mebi(sample.rss)}, ${JSON.stringify(sample.stats)}`);
        });
      }
    }
  };
  await Promise.race([Promise.all(Array.from({ length: options.only === undefined ? AT_ONCE : 1 }, worker)), died, ...songs]);
  await sampling;
  singing = false;
  await Promise.race([Promise.all(songs), died]);

  // Slow ones are given the time that they are allowed.
  let last = await measure();
  for (let tries = 0; tries < 50 && (last.stats.connections > CANARIES || last.stats.requests > 0); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    last = await measure();
  }
  say(`statuses ${JSON.stringify(statuses)}`);
  say(`the host saw ${JSON.stringify(last.seen)}`);
  say(`canaries were answered ${canaries.reduce((sum, canary) => sum + canary.calls, 0)} times`);

  for (const [index, canary] of canaries.entries()) assert.equal(canary.trouble, '', `canary ${index}`);
  assert.ok(canaries.every((canary) => canary.calls > 0));
  assert.deepEqual(last.stuck, [], 'requests that the host never answers');
  assert.deepEqual(last.stats, { connections: CANARIES, sessions: CANARIES, requests: 0 }, 'nothing is left behind');
  assert.equal(last.seen.failed, 0, 'the host threw');
  assert.equal(failedAnswers, 0, 'the host failed');
  const [first] = samples;
  if (first !== undefined && COUNT >= 100_000) {
    assert.ok(last.heapUsed - first.heapUsed < HEAP_GROWTH, `the heap grew from ${mebi(first.heapUsed)} to ${mebi(last.heapUsed)}`);
    assert.ok(last.rss - first.rss < RSS_GROWTH, `the process grew from ${mebi(first.rss)} to ${mebi(last.rss)}`);
  }
  for (const canary of canaries) canary.close();
  for (let tries = 0; tries < 100 && (last.stats.connections > 0 || last.leaks.length > 0); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    last = await measure();
  }
  assert.deepEqual(last.leaks, [], 'the runtime has something left over');
  over = true;
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.send('close');
  assert.equal(await ended, 0, complaints);
  say(`${sent} frames and requests in ${number} connections, seed ${SEED}: nothing happened`);
}

function mebi(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
  child?.kill();
  setTimeout(() => process.exit(), 100);
});
