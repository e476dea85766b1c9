// The suite in Firefox. Distributions have no driver for it, and it needs none: it speaks WebDriver BiDi itself.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { suite } from './habitats/suite.mjs';

const STARTING = 60_000;

async function launch() {
  const profile = await mkdtemp(join(tmpdir(), 'sessionful-firefox-'));
  const flags = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(process.env.FIREFOX ?? 'firefox-esr', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('Firefox did not say where it listens')), STARTING).unref();
    child.on('error', reject);
    createInterface(child.stderr).on('line', (line) => {
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const socket = new WebSocket(`${address}/session`);
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return { child, profile, send: commands(socket) };
}

/** Commands are numbered, and answered in any order. */
function commands(socket) {
  const waiting = new Map();
  let last = 0;
  socket.on('message', (text) => {
    const { id, type, result, message } = JSON.parse(text);
    const settle = waiting.get(id);
    waiting.delete(id);
    if (type === 'error') settle?.reject(new Error(message));
    else settle?.resolve(result);
  });
  return (method, params) => new Promise((resolve, reject) => {
    waiting.set(last += 1, { resolve, reject });
    socket.send(JSON.stringify({ id: last, method, params }));
  });
}

async function visit({ send }, url) {
  await send('session.new', { capabilities: {} });
  const { contexts: [{ context }] } = await send('browsingContext.getTree', {});
  await send('browsingContext.navigate', { context, url, wait: 'complete' });
  return async (name, ...values) => {
    const answer = await send('script.callFunction', {
      functionDeclaration: 'async (name, values) => { await globalThis[name](...JSON.parse(values)); }',
      arguments: [{ type: 'string', value: name }, { type: 'string', value: JSON.stringify(values) }],
      target: { context }, awaitPromise: true,
    });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
  };
}

async function end({ child, profile }) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

if (process.env.FIREFOX === '') test('Firefox is not here and could not be installed', { skip: true }, () => {});
else suite('Firefox', { launch, visit, end });
