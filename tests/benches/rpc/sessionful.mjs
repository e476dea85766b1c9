// sessionful for the harness that measures RPC libraries side by side: our proxy and our host at both ends.
import { ServiceHost, ServiceProxy, defineContract, init, network, operation, port } from '../../../web/dist/entry/slim.js';

// What Node imports by the name of the package. A bundler for pages is not to see it.
const forNode = new URL('../../../web/dist/entry/node.js', import.meta.url).href;

const session = { maxFrame: 1 << 20 };
const generous = { throttles: { calls: 10_000 }, concurrency: 'multiple' };
const Echo = defineContract({ name: 'Echo', session: 'required', operations: { echo: operation({ parameters: 1 }) } });
const Once = defineContract({ name: 'Once', session: 'notAllowed', operations: { echo: operation({ parameters: 1 }) } });
const service = { echo: (value) => value };
const wasm = '../../../web/dist/wasm/sessionful_bg.wasm';

export const meta = { name: 'sessionful', packages: [], needs: [new URL(wasm, import.meta.url).pathname] };

async function load(assetUrl) {
  if (assetUrl) return init(assetUrl('sessionful_bg.wasm'));
  await import(forNode); // it says where its binary is, and what sends requests
  return init();
}

async function serve(contract, address) {
  const host = new ServiceHost(contract, {
    ...generous, service, instancing: 'single', endpoints: [{ address, binding: session }],
  });
  await host.open();
  return host;
}

function bodyOf(request) {
  return new Promise((resolve) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
  });
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
        const answer = await host.request('/once', {
          body: await bodyOf(req), contentType: req.headers['content-type'], headers: [], whenGone: (tell) => res.once('close', tell),
        });
        const length = Buffer.byteLength(answer.body ?? '');
        res.writeHead(answer.status, { 'content-type': answer.contentType, 'content-length': length });
        res.end(answer.body, length === answer.body?.length ? 'latin1' : 'utf8');
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
