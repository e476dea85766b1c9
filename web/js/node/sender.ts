/**
 * How requests leave a Node program: by `node:http`, over connections that are kept. Node's own fetch
 * takes several times as long for a small answer.
 *
 * @module
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import * as http from 'node:http';
import { errorOf } from '../errors.js';
import type { FetchAnswer, Sender } from '../request.js';
import { gather } from './gather.js';

/**
 * How long an unused connection is kept, in milliseconds. Servers of Node close theirs after five seconds;
 * a request that is sent in that very moment would be lost, and nobody could tell whether it was served.
 */
const KEPT = 4_000;

/** What begins requests, and keeps their connections. */
interface Line {
  readonly request: (options: http.RequestOptions) => ClientRequest;
  readonly agent: http.Agent;
}

const open: Line = { request: http.request, agent: new http.Agent({ keepAlive: true, timeout: KEPT }) };
let secure: Promise<Line> | undefined;

/**
 * Sends a request, as fetch does with `redirect: 'manual'`. The answer is there when all of it is, or when it is
 * too long.
 */
export const send: Sender = (to, init, stop) => {
  const place = placeOf(to);
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return Promise.reject(errorOf('TRANSPORT_ADDRESS', { address: to.href }));
  if (to.protocol === 'http:') return received(open, place, init, stop);
  secure ??= overTls();
  return secure.then((line) => received(line, place, init, stop));
};

async function overTls(): Promise<Line> {
  const { Agent, request } = await import('node:https');
  return { request, agent: new Agent({ keepAlive: true, timeout: KEPT }) };
}

interface Place {
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

/** Where URLs lead; the same few are used again and again. */
const places = new WeakMap<URL, Place>();

function placeOf(to: URL): Place {
  let place = places.get(to);
  if (place === undefined) {
    const { hostname, port, pathname, search } = to;
    places.set(to, place = { host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search });
  }
  return place;
}

function received(
  { request, agent }: Line, { host, port, path }: Place, { method = 'GET', headers, body }: Parameters<Sender>[1], stop: Parameters<Sender>[2],
): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    if (stop.isStopped) throw new Error('given up');
    const content = (body ?? '') as string | Uint8Array;
    const length = Buffer.byteLength(content);
    // Answers are read as they come.
    const all = { ...headers, 'accept-encoding': 'identity', 'content-length': length };
    const sent = request({ host, port, path, method, agent, headers: all });
    stop.onstop = () => void sent.destroy();
    // Unless somebody listens to this, Node closes the connection without a word.
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('the server changes the protocol'));
    });
    sent.on('error', reject).on('response', (response) => read(response, stop.most, resolve)).end(content, encodingOf(content, length));
  });
}

/** What is one byte a character in UTF-8 is the same in Latin-1, which Node writes faster. */
export function encodingOf(content: string | Uint8Array, bytes: number): BufferEncoding {
  return content.length === bytes ? 'latin1' : 'utf8';
}

function read(response: IncomingMessage, most: number, done: (answer: FetchAnswer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= most) return;
    done(answerOf(response, whole(chunks))); // it is too long, however it goes on
    response.destroy();
  });
  response.on('end', () => gather(() => done(answerOf(response, whole(chunks)))));
  response.on('error', (error) => done(answerOf(response, error))); // it broke off
}

function whole(chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const [first, ...more] = chunks;
  return (more.length === 0 && first !== undefined ? first : Buffer.concat(chunks)) as Uint8Array<ArrayBuffer>;
}

const decoder = new TextDecoder();

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: Uint8Array<ArrayBuffer> | Error): FetchAnswer {
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    if (body instanceof Error) throw body;
    return body;
  };
  return {
    status: statusCode,
    headers: { get: (name) => String(headers[name.toLowerCase()] ?? '') || null },
    text: async () => decoder.decode(await bytes()),
    arrayBuffer: async () => new Uint8Array(await bytes()).buffer,
    ...(body instanceof Error ? {} : { received: body }),
  };
}
