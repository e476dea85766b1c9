import { run } from './ways.mjs';

globalThis.run = run;

/** The same, within a worker of the page. */
let client;
globalThis.runInWorker = (...asked) => new Promise((resolve, reject) => {
  client ??= new Worker('/client.js', { type: 'module' });
  client.addEventListener('message', ({ data }) => (data === 'ok' ? resolve() : reject(new Error(data))), { once: true });
  client.postMessage(asked);
});
