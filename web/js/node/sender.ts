/**
 * How requests leave a Node program: by `node:http`, over connections that are kept. Node's own fetch
 * takes several times as long for a small answer.
 *
 * @module
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import * as http from 'node:http';
import type { FetchAnswer, Sender } from '../transport.js';

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
export const send: Sender = async (address, init) => {
  const { protocol, hostname, port, pathname, search } = new URL(address);
  const request = protocol === 'https:' ? await (secure ??= overTls()) : begin;
  return received(request, { host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search }, init);
};

async function overTls(): Promise<Begin> {
  const https = await import('node:https');
  const kept = new https.Agent({ keepAlive: true, timeout: KEPT });
  return (options) => https.request({ ...options, agent: kept });
}

function received(request: Begin, where: http.RequestOptions, { method = 'GET', headers, body, signal }: Parameters<Sender>[1]): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) throw signal.reason;
    const content = (body ?? '') as string | Uint8Array;
    const length = { 'content-length': Buffer.byteLength(content) };
    const sent = request({ ...where, method, headers: { ...headers, ...ASKED, ...length } });
    const abort = (): void => void sent.destroy(signal?.reason as Error);
    signal?.addEventListener('abort', abort);
    sent.on('close', () => signal?.removeEventListener('abort', abort));
    sent.on('error', reject).on('response', (response) => read(response, resolve)).end(content);
  });
}

function read(response: IncomingMessage, done: (answer: FetchAnswer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(answerOf(response, async () => Buffer.concat(chunks))));
  response.on('error', (error) => done(answerOf(response, () => Promise.reject(error)))); // it broke off
}

const decoder = new TextDecoder();

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: () => Promise<Buffer>): FetchAnswer {
  return {
    status: statusCode,
    headers: { get: (name) => String(headers[name.toLowerCase()] ?? '') || null },
    text: async () => decoder.decode(await body()),
    arrayBuffer: async () => new Uint8Array(await body()).buffer,
  };
}
