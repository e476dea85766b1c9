import { ServiceProxy, network } from 'sessionful';
import { Talk } from './services.mjs';
import { run } from './ways.mjs';

globalThis.run = run;

/** The same, within a worker of the page. */
let client;
globalThis.runInWorker = (...asked) => new Promise((resolve, reject) => {
  client ??= new Worker('/client.js', { type: 'module' });
  client.addEventListener('message', ({ data }) => (data === 'ok' ? resolve() : reject(new Error(data))), { once: true });
  client.postMessage(asked);
});

/** Opens a session over the network that lasts as long as the page. */
globalThis.talk = async (base) => {
  globalThis.session = new ServiceProxy(Talk, {
    address: '/talk', transport: network({ base }), callbacks: { progress() {}, confirm: (question) => `${question}!` },
  });
  await globalThis.session.open();
};
