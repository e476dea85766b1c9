/**
 * How requests leave a Node program: by `node:http`, over connections that are kept. Node's own fetch
 * takes several times as long for a small answer.
 *
 * @module
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import * as http from 'node:http';
import type { FetchAnswer, Sender } from '../transport.js';
import { gather } from './gather.js';

/**
 * How long an unused connection is kept, in milliseconds. Servers of Node close theirs after five seconds;
 * a request that is sent in that very moment would be lost, and nobody could tell whether it was served.
 */
const KEPT = 4_000;

/** Answers are read as they come. */
const ASKED = { 'accept-encoding': 'identity' } as const;

/** Begins a request; its head has not been sent. */
type Begin = (options: http.RequestOptions) => ClientRequest;

const agent = new http.Agent({ keepAlive: true, timeout: KEPT });
const begin: Begin = (options) => http.request({ ...options, agent });
let secure: Promise<Begin> | undefined;

/** Sends a request, as fetch does with `redirect: 'manual'`. The answer is there when all of it is. */
export const send: Sender = async (to, init, stop) => {
  const request = to.protocol === 'https:' ? await (secure ??= overTls()) : begin;
  return received(request, placeOf(to), init, stop);
};

async function overTls(): Promise<Begin> {
  const https = await import('node:https');
  const kept = new https.Agent({ keepAlive: true, timeout: KEPT });
  return (options) => https.request({ ...options, agent: kept });
}

type Place = Pick<http.RequestOptions, 'host' | 'port' | 'path'>;

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
  request: Begin, place: Place, { method = 'GET', headers, body }: Parameters<Sender>[1], stop: Parameters<Sender>[2],
): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    if (stop.isStopped) throw new Error('given up');
    const content = (body ?? '') as string | Uint8Array;
    const length = { 'content-length': Buffer.byteLength(content) };
    const sent = request({ ...place, method, headers: { ...headers, ...ASKED, ...length } });
    stop.onstop = () => void sent.destroy();
    sent.on('error', reject).on('response', (response) => read(response, resolve)).end(content);
  });
}

function read(response: IncomingMessage, done: (answer: FetchAnswer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
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
