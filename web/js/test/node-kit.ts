// What the tests of the host of Node share.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { NodeHostEvent, ServeOptions } from '../node/index.js';
import { serve, type NodeHost } from '../node/index.js';
import { FakeIntake, JSON_TYPE, PROTOCOL } from './fake-intake.js';

export const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

export interface Up { readonly host: FakeIntake; readonly served: NodeHost; readonly url: string; readonly events: NodeHostEvent[] }

export async function up(options: ServeOptions = {}, host: FakeIntake = new FakeIntake()): Promise<Up> {
  const events: NodeHostEvent[] = [];
  const served = await serve(host, { log: (event) => events.push(event), ...options });
  ended.push(() => { served.abort(); return served.close().catch(() => {}); });
  return { host, served, url: served.url, events };
}

/** Waits for something that is told by no event. */
export async function until(what: string, is: () => boolean, within = 3_000): Promise<void> {
  for (const end = Date.now() + within; !is();) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await sleep(5);
  }
}

export function post(url: string, body: string | Uint8Array = '{"v":1}', headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: body as BodyInit, headers: { 'content-type': JSON_TYPE, ...headers } });
}

/** A connection on which anything can be said; resolves with all that came until it was closed. */
export function raw(served: NodeHost, text: string | Uint8Array, say?: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(served.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk) => { answer += chunk; });
    socket.on('error', (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error));
    socket.on('close', () => resolve(answer));
    socket.write(text);
    say?.(socket);
  });
}

export function head(path: string, more = '', method = 'POST'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${JSON_TYPE}\r\n${more}`;
}

export function status(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

/** `fetch` does not let tests set `Origin` and `Host`. */
export function ask(served: NodeHost, method: string, path: string, headers: Record<string, string>, body = ''): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: served.port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

export interface Dialled { readonly socket: WebSocket; readonly status: number; readonly closed: Promise<{ code: number; reason: string }> }

/** Resolves when the socket is open, or with the status with which it was refused. */
export function dial(served: NodeHost, path: string, options: { protocols?: string[]; headers?: Record<string, string>; autoPong?: boolean } = {}): Promise<Dialled> {
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, options.protocols ?? [PROTOCOL], { headers: options.headers ?? {}, autoPong: options.autoPong ?? true });
  ended.push(() => socket.terminate());
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    socket.on('close', (code, reason) => done({ code, reason: reason.toString() }));
  });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (_, response) => {
      resolve({ socket, closed, status: response.statusCode ?? 0 });
      response.destroy();
    });
    socket.on('open', () => resolve({ socket, closed, status: 101 }));
  });
}
