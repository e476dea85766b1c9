// sessionful for the harness that measures RPC libraries side by side: our proxy and our host at both ends.
import { ServiceHost, ServiceProxy, defineContract, init, network, operation, port } from '../../../web/dist/entry/slim.js';

const session = { maxFrame: 1 << 20 };
const generous = { throttles: { calls: 10_000 }, concurrency: 'multiple' };
const Echo = defineContract({ name: 'Echo', session: 'required', operations: { echo: operation({ parameters: 1 }) } });
const Once = defineContract({ name: 'Once', session: 'notAllowed', operations: { echo: operation({ parameters: 1 }) } });
const service = { echo: (value) => value };
const wasm = '../../../web/dist/wasm/sessionful_bg.wasm';

export const meta = { name: 'sessionful', packages: [], needs: [new URL(wasm, import.meta.url).pathname] };

async function load(assetUrl) {
  if (assetUrl) return init(assetUrl('sessionful_bg.wasm'));
  const { readFile } = await import('node:fs/promises');
  // As the entry for Node does; a bundler for pages is not to see it.
  const { provideNode } = await import(new URL('../../../web/dist/node/platform.js', import.meta.url).href);
  provideNode();
  return init(readFile(new URL(wasm, import.meta.url)));
}

async function serve(contract, address) {
  const host = new ServiceHost(contract, {
    ...generous, service, instancing: 'single', endpoints: [{ address, binding: session }],
  });
  await host.open();
  return host;
}

async function use(contract, address, transport) {
  const proxy = new ServiceProxy(contract, { address, transport, binding: session, maxPendingCalls: 10_000 });
  await proxy.open();
  return { echo: proxy.call.echo, close: () => proxy.close() };
}

export const browser = {
  assets: { 'sessionful_bg.wasm': new URL(wasm, import.meta.url).pathname },
  async host({ port: control, assetUrl }) {
    await load(assetUrl);
    (await serve(Echo, '/echo')).acceptPort(control);
  },
  async client({ port: control, assetUrl }) {
    await load(assetUrl);
    return use(Echo, '/echo', port(control));
  },
};

export const ws = {
  async serve({ listen, WebSocketServer }) {
    await load();
    const host = await serve(Echo, '/echo');
    const upgrade = new WebSocketServer({ noServer: true, handleProtocols: (offered) => host.protocols.find((p) => offered.has(p)) });
    upgrade.on('connection', (socket) => host.acceptSocket('/echo', socket));
    return listen({ upgrade });
  },
  async connect({ url, WebSocket, assetUrl }) {
    await load(assetUrl);
    return use(Echo, '/echo', network({ base: url, WebSocket }));
  },
  modes: (mode) => !mode.includes('bin'),
};

export const http = {
  async serve({ listen }) {
    await load();
    const host = await serve(Once, '/once');
    return listen({
      request: async (req, res) => {
        const chunks = [];
        for await (const chunk of req) chunks.push(chunk);
        const answer = await host.request('/once', {
          body: Buffer.concat(chunks), contentType: req.headers['content-type'], headers: [], signal: new AbortController().signal,
        });
        res.writeHead(answer.status, { 'content-type': answer.contentType });
        res.end(answer.body);
      },
    });
  },
  async connect({ url, assetUrl }) {
    await load(assetUrl);
    const one = await use(Once, '/once', network({ base: url }));
    const many = await use(Once, '/once', network({ base: url, batch: true }));
    const echoMany = (values) => Promise.all(values.map((value) => many.echo(value)));
    return { ...one, echoMany, close: () => Promise.all([one.close(), many.close()]) };
  },
};
