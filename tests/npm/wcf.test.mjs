// WCF's wires between our client and our host in Node, and what strangers say to the host. Expectations
// are those of interop.md's tables, by hand.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ServiceProxy } from 'sessionful';
import { serve } from 'sessionful/node';
import { contractOf, endpointOf, importWsdl } from 'sessionful/wcf';
import { WebSocket } from 'ws';
import { CALLS, HTTP, SESSIONS, SOCKETS } from './habitats/wcf-behaviours.mjs';
import { Calculator, Echo, description } from './habitats/wcf-samples.mjs';
import { hosts } from './habitats/wcf-hosts.mjs';

let up, world;
before(async () => {
  up = await hosts();
  const at = (wire, name) => ({ wire, address: `${up.url}/${name}/${wire}` });
  const callbacks = { Progress() {}, Confirm: () => true };
  world = {
    calculator: (wire, options) => new ServiceProxy(Calculator, { ...endpointOf(description, 'ICalculator', at(wire, 'calculator')), callbacks, ...options }),
    echo: (wire, options) => new ServiceProxy(Echo, { ...endpointOf(description, 'IEcho', at(wire, 'echo')), ...options }),
  };
});
after(() => up?.end());

for (const wire of SOCKETS) {
  describe(`a session over ${wire}`, () => {
    for (const [name, run] of Object.entries(SESSIONS)) test(`${name} (${wire})`, () => run(world, wire));
  });
}
for (const wire of HTTP) {
  describe(`calls over ${wire}`, () => {
    for (const [name, run] of Object.entries(CALLS)) test(`${name} (${wire})`, () => run(world, wire));
  });
}

const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
const WSA = 'http://www.w3.org/2005/08/addressing';
const DISPATCHER = 'http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher';

const post = (path, body, headers) => fetch(`${up.url}${path}`, { method: 'POST', body, headers });
const split = (text) => `<Split xmlns="http://Interop.Samples"><text>${text}</text></Split>`;
const soap11 = (body, header = '') => `<e:Envelope xmlns:e="${SOAP11}">${header}<e:Body>${body}</e:Body></e:Envelope>`;
const ACTION = 'http://Interop.Samples/IEcho/Split';
const TEXT = { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${ACTION}"` };

describe('what strangers send over HTTP', () => {
  test('SOAP 1.1 with quotes of either kind or none, any prefix, white space and no header', async () => {
    for (const soapaction of [`"${ACTION}"`, `'${ACTION}'`, ACTION]) {
      for (const body of [soap11(split('ab')), `\n<?xml version="1.0" encoding="utf-8"?>\n${soap11(`\n  ${split('ab')}\n`)}`.trimStart()]) {
        const response = await post('/echo/basicHttp', body, { 'content-type': 'text/xml; charset=UTF-8', soapaction });
        const text = await response.text();
        assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/xml; charset=utf-8'], text);
        assert.match(text, /<SplitResponse xmlns="http:\/\/Interop.Samples"><SplitResult>2<\/SplitResult><first>a<\/first><rest>b<\/rest><\/SplitResponse>/);
      }
    }
  });

  test('SOAP 1.2 with its action in the content type, with and without quotes', async () => {
    const body = `<e:Envelope xmlns:e="${SOAP12}"><e:Body>${split('ab')}</e:Body></e:Envelope>`;
    for (const action of [`"${ACTION}"`, ACTION]) {
      const response = await post('/echo/soap12Http', body, { 'content-type': `application/soap+xml; charset=utf-8; action=${action}` });
      assert.equal(response.status, 200, await response.text());
    }
  });

  test('WS-Addressing without MessageID and ReplyTo, and RelatesTo where there is one', async () => {
    const ask = async (headers) => {
      const body = `<e:Envelope xmlns:e="${SOAP12}" xmlns:a="${WSA}"><e:Header><a:Action>${ACTION}</a:Action>${headers}</e:Header><e:Body>${split('ab')}</e:Body></e:Envelope>`;
      const response = await post('/echo/wsHttp', body, { 'content-type': 'application/soap+xml; charset=utf-8' });
      return [response.status, await response.text()];
    };
    const [status, text] = await ask('');
    assert.equal(status, 200, text);
    assert.doesNotMatch(text, /RelatesTo/);
    assert.match((await ask('<a:MessageID>urn:x:7</a:MessageID>'))[1], /<a:RelatesTo>urn:x:7<\/a:RelatesTo>/);
    assert.match(text, new RegExp(`<a:Action e?s?:?mustUnderstand="1">${ACTION}Response</a:Action>|<a:Action s:mustUnderstand="1">${ACTION}Response</a:Action>`));
  });

  test('a one-way call is answered with 202 and nothing', async () => {
    const body = soap11('<Forget xmlns="http://Interop.Samples"><text>it</text></Forget>');
    const response = await post('/echo/basicHttp', body, { ...TEXT, soapaction: '"http://Interop.Samples/IEcho/Forget"' });
    assert.deepEqual([response.status, await response.text()], [202, '']);
  });

  test('a fault is 500 with an envelope (FLT-2)', async () => {
    const body = soap11('<Fail xmlns="http://Interop.Samples"><reason>why</reason></Fail>');
    const response = await post('/echo/basicHttp', body, { ...TEXT, soapaction: '"http://Interop.Samples/IEcho/Fail"' });
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.match(text, /<faultcode>s:Client<\/faultcode><faultstring xml:lang="en-US">why<\/faultstring><detail><MathFault xmlns="http:\/\/schemas.datacontract.org\/2004\/07\/Interop.Samples"/);
  });

  test('another content type is 415, what cannot be read is 400, what is too long is 413', async () => {
    const statusOf = async (...of) => (await post(...of)).status;
    assert.equal(await statusOf('/echo/basicHttp', soap11(split('a')), { ...TEXT, 'content-type': 'application/soap+xml; charset=utf-8' }), 415);
    assert.equal(await statusOf('/echo/wsHttp', soap11(split('a')), TEXT), 415);
    assert.equal(await statusOf('/echo/basicHttp', soap11(split('a')), { ...TEXT, 'content-type': 'text/xml; charset=utf-16' }), 415);
    assert.equal(await statusOf('/echo/basicHttp', soap11(split('a')), { ...TEXT, 'content-type': 'application/json' }), 415);
    for (const body of ['', '<', '<a/>', soap11('<a'), `<!DOCTYPE a [<!ENTITY b "c">]>${soap11(split('&b;'))}`]) {
      assert.equal(await statusOf('/echo/basicHttp', body, TEXT), 400, body);
    }
    // Beyond the limit of a WCF host, which is WCF's own (65,536 bytes), and beyond that of \`serve\`.
    for (const long of ['a'.repeat(66_000), 'é'.repeat(33_000), 'a'.repeat(270_000)]) {
      assert.equal(await statusOf('/echo/basicHttp', soap11(split(long)), TEXT), 413);
    }
  });

  test('a body that is not the contract is DeserializationFailed, an unknown action is ActionNotSupported (FLT-9, SESS-13)', async () => {
    const wrong = await post('/echo/basicHttp', soap11('<Forgotten xmlns="urn:other"/>'), TEXT);
    assert.equal(wrong.status, 500);
    assert.match(await wrong.text(), new RegExp(`<faultcode xmlns(:\\w+)?="${DISPATCHER}">(\\w+:)?DeserializationFailed</faultcode>|DeserializationFailed</faultcode>`));
    const unknown = await post('/echo/basicHttp', soap11(split('a')), { ...TEXT, soapaction: '"urn:unknown"' });
    assert.equal(unknown.status, 500);
    assert.match(await unknown.text(), /ActionNotSupported<\/faultcode>/);
  });

  test('a header that must be understood and is not is a MustUnderstand fault, in both versions', async () => {
    const header = (version) => `<e:Header><x:Lock xmlns:x="urn:x" e:mustUnderstand="1">1</x:Lock>${version === SOAP12 ? `<a:Action xmlns:a="${WSA}">${ACTION}</a:Action>` : ''}</e:Header>`;
    const old = await post('/echo/basicHttp', soap11(split('a'), header(SOAP11)), TEXT);
    assert.equal(old.status, 500);
    assert.match(await old.text(), /<faultcode>s:MustUnderstand<\/faultcode>/);
    const body = `<e:Envelope xmlns:e="${SOAP12}">${header(SOAP12)}<e:Body>${split('a')}</e:Body></e:Envelope>`;
    const young = await post('/echo/wsHttp', body, { 'content-type': 'application/soap+xml; charset=utf-8' });
    assert.equal(young.status, 500);
    const text = await young.text();
    assert.match(text, /<s:Value>s:MustUnderstand<\/s:Value>/);
    // SOAP 1.2 part 1, section 5.4.8: which one it was.
    assert.match(text, /<s:NotUnderstood qname="(\w+):Lock" xmlns:\1="urn:x"/);
  });

  test('pages of origins that are let in are told that they may send SOAPAction, also with a fault', async () => {
    const origin = 'https://app.example';
    const asked = await fetch(`${up.url}/echo/basicHttp`, {
      method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,soapaction' },
    });
    assert.equal(asked.status, 204);
    assert.match(asked.headers.get('access-control-allow-headers'), /content-type.*soapaction/i);
    const response = await post('/echo/basicHttp', soap11(split('a')), { ...TEXT, soapaction: '"urn:unknown"', origin });
    assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [500, origin]);
  });
});

describe('the description', () => {
  test('?wsdl and ?singleWsdl tell every endpoint, and import as they were', async () => {
    for (const query of ['?wsdl', '?singleWsdl', '?WSDL']) {
      const read = await importWsdl(`${up.url}/echo/basicHttp${query}`, async (address) => (await fetch(address)).text());
      assert.deepEqual(read.unsupported, []);
      const { operations } = read.description.contracts.find(({ name }) => name === 'IEcho');
      assert.deepEqual(operations, description.contracts[1].operations);
      assert.deepEqual(
        read.description.endpoints.map(({ wire, address }) => [wire, address]).sort(),
        HTTP.map((wire) => [wire, `${up.url}/echo/${wire}`]).sort(),
      );
    }
  });

  test('a contract with callbacks survives, and can be called', async () => {
    const address = `${up.url}/calculator/socketText?singleWsdl`;
    const read = await importWsdl(address, async (from) => (await fetch(from)).text());
    const found = read.description.contracts.find(({ name }) => name === 'ICalculator');
    assert.deepEqual([found.session, found.operations, found.callbacks], ['required', description.contracts[0].operations, description.contracts[0].callbacks]);
    const contract = contractOf(read.description, 'ICalculator');
    const proxy = new ServiceProxy(contract, { ...endpointOf(read.description, 'ICalculator'), callbacks: { Progress() {}, Confirm: () => true } });
    await proxy.open();
    assert.equal(await proxy.call.Add(3), 3);
    await proxy.close();
  });

  test('anything else that is asked by GET is refused', async () => {
    assert.equal((await fetch(`${up.url}/echo/basicHttp`)).status, 405);
    assert.equal((await fetch(`${up.url}/echo/basicHttp?wsdl=1`)).status, 405);
    assert.equal((await fetch(`${up.url}/nothing?wsdl`)).status, 404);
  });
});

/** A stranger's socket: what came, and how it ended. */
function stranger(path, protocols = ['soap']) {
  const socket = new WebSocket(`${up.url.replace('http', 'ws')}${path}`, protocols);
  socket.binaryType = 'arraybuffer';
  const frames = [];
  const waiting = [];
  socket.on('message', (data, isBinary) => { frames.push(isBinary ? new Uint8Array(data) : String(data)); waiting.splice(0).forEach((wake) => wake()); });
  const closed = new Promise((resolve) => socket.on('close', (code) => { resolve(code); waiting.splice(0).forEach((wake) => wake()); }));
  return {
    socket, closed,
    opened: new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); }),
    async next() { while (frames.length === 0) await new Promise((wake) => waiting.push(wake)); return frames.shift(); },
  };
}

const SESSION_ADD = 'http://Interop.Samples/ICalculator/Add';
const ADD = (n, id = '<a:MessageID>urn:uuid:11111111-2222-3333-4444-555555555555</a:MessageID>', action = SESSION_ADD) =>
  `<s:Envelope xmlns:s="${SOAP12}" xmlns:a="${WSA}"><s:Header><a:Action>${action}</a:Action>${id}</s:Header>`
  + `<s:Body><Add xmlns="http://Interop.Samples"><n>${n}</n></Add></s:Body></s:Envelope>`;

describe('what strangers send over WebSocket', () => {
  test('an envelope without To and ReplyTo is enough, in either kind of frame; 1000 is answered with 1000', async () => {
    const peer = stranger('/calculator/socketText');
    await peer.opened;
    assert.equal(peer.socket.protocol, 'soap');
    peer.socket.send(ADD(10));
    assert.match(await peer.next(), /<a:RelatesTo>urn:uuid:11111111-2222-3333-4444-555555555555<\/a:RelatesTo>.*<AddResult>10<\/AddResult>/);
    peer.socket.send(Buffer.from(ADD(5)));
    assert.match(await peer.next(), /<a:Action s:mustUnderstand="1">http:\/\/Interop.Samples\/ICalculator\/AddResponse<\/a:Action>.*<AddResult>15<\/AddResult>/);
    peer.socket.close(1000);
    assert.equal(await peer.closed, 1000);
  });

  test('the least binary message is understood (interop.md, 1.4)', async () => {
    const text = (value) => [value.length, ...Buffer.from(value)];
    const frame = Buffer.from([
      0x00, 0x56, 0x02, 0x0b, 0x01, 0x73, 0x04, 0x0b, 0x01, 0x61, 0x06, 0x56, 0x08, 0x44, 0x0a, 0x99, ...text(SESSION_ADD),
      0x44, 0x1a, 0xad, ...Buffer.alloc(16, 7), 0x01, 0x56, 0x0e, 0x40, ...text('Add'), 0x08, ...text('http://Interop.Samples'),
      0x40, ...text('n'), 0x89, 0x0a, 0x01, 0x01, 0x01,
    ]);
    const peer = stranger('/calculator/socketBinary');
    await peer.opened;
    peer.socket.send(frame);
    const answer = Buffer.from(await peer.next());
    assert.ok(answer.includes('AddResult'), answer.toString('latin1'));
    peer.socket.close(1000);
    assert.equal(await peer.closed, 1000);
  });

  test('a first message that may not begin a session is ActionNotSupported', async () => {
    const peer = stranger('/calculator/socketText');
    await peer.opened;
    peer.socket.send(ADD(1, undefined, 'http://Interop.Samples/ICalculator/Total'));
    assert.match(await peer.next(), /<a:Action s:mustUnderstand="1">http:\/\/www.w3.org\/2005\/08\/addressing\/fault<\/a:Action>.*a:ActionNotSupported/);
    peer.socket.terminate();
  });

  test('a header that must be understood and is not is refused, and the session goes on', async () => {
    const peer = stranger('/calculator/socketText');
    await peer.opened;
    peer.socket.send(ADD(1, '<a:MessageID>urn:x:1</a:MessageID><x:Lock xmlns:x="urn:x" s:mustUnderstand="true"/>'));
    assert.match(await peer.next(), /s:MustUnderstand/);
    peer.socket.send(ADD(2));
    assert.match(await peer.next(), /<AddResult>2<\/AddResult>/);
    peer.socket.terminate();
  });

  test('what is no envelope drops the connection without a word (1006)', async () => {
    for (const frame of ['hello', '<a/>', `<!DOCTYPE a>${ADD(1)}`, Buffer.from([0xff, 0xff]), '{"v":1}', '=00', '.']) {
      const peer = stranger('/calculator/socketText');
      await peer.opened;
      peer.socket.send(frame);
      assert.equal(await peer.closed, 1006, String(frame));
    }
  });

  test('the subprotocol must be soap', async () => {
    await assert.rejects(stranger('/calculator/socketText', ['sessionful.v1']).opened, /400/);
  });

  test('after a terminating operation whatever comes is SessionTerminated (SESS-14), and a close is answered (SESS-15)', async () => {
    const peer = stranger('/calculator/socketText');
    await peer.opened;
    peer.socket.send(ADD(1));
    await peer.next();
    peer.socket.send(ADD(1, undefined, 'http://Interop.Samples/ICalculator/Finish').replace(/<Add.*<\/Add>/, '<Finish xmlns="http://Interop.Samples"/>'));
    assert.match(await peer.next(), /<FinishResult>1<\/FinishResult>/);
    peer.socket.send(ADD(1));
    assert.match(await peer.next(), new RegExp(`${DISPATCHER}/fault</a:Action>.*<s:Value>s:Sender</s:Value>.*SessionTerminated`));
    peer.socket.close(1000);
    assert.equal(await peer.closed, 1000);
  });

  test('after an unhandled exception the fault comes, then the host closes (FLT-5)', async () => {
    const peer = stranger('/calculator/socketText');
    await peer.opened;
    peer.socket.send(ADD(1, undefined, 'http://Interop.Samples/ICalculator/Break').replace(/<Add.*<\/Add>/, '<Break xmlns="http://Interop.Samples"/>'));
    assert.match(await peer.next(), new RegExp(`${DISPATCHER}/fault</a:Action>.*InternalServiceFault`));
    assert.ok([1000, 1006].includes(await peer.closed));
  });
});

describe('a host that is not ours', () => {
  test('a socket that ends without a word is a lost connection, one that ends with 1000 is not', async () => {
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({ port: 0, handleProtocols: () => 'soap' });
    await new Promise((resolve) => server.once('listening', resolve));
    const address = `ws://127.0.0.1:${server.address().port}/`;
    const endings = { lost: (socket) => socket.terminate(), ended: (socket) => socket.close(1000) };
    const expected = { lost: 'DISCONNECTED', ended: 'AUTO_CLOSED' };
    for (const [name, end] of Object.entries(endings)) {
      server.once('connection', (socket) => socket.once('message', () => end(socket)));
      const proxy = new ServiceProxy(Calculator, { ...endpointOf(description, 'ICalculator', { wire: 'socketText', address }), callbacks: { Progress() {}, Confirm: () => true } });
      await proxy.open();
      const first = await proxy.call.Add(1).catch((error) => error.code);
      const later = await proxy.call.Add(1).catch((error) => error.code);
      assert.ok([first, later].includes(expected[name]) || (name === 'ended' && first === 'DISCONNECTED'), `${name}: ${first}, then ${later}`);
      proxy.abort();
    }
    server.close();
  });

  test('a host that chooses no subprotocol does not speak SOAP', async () => {
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({ port: 0, handleProtocols: () => false });
    await new Promise((resolve) => server.once('listening', resolve));
    const address = `ws://127.0.0.1:${server.address().port}/`;
    const proxy = new ServiceProxy(Calculator, { ...endpointOf(description, 'ICalculator', { wire: 'socketText', address }), callbacks: { Progress() {}, Confirm: () => true } });
    await assert.rejects(proxy.open());
    proxy.abort();
    server.close();
  });

  test('answers that are no SOAP are told as what they are', async () => {
    const { createServer } = await import('node:http');
    const answers = {
      '/html': [200, 'text/html', '<html></html>'], '/wrong': [200, 'text/xml', '<html></html>'], '/502': [502, 'text/html', 'bad gateway'], '/404': [404, 'text/plain', ''],
      '/401': [401, 'text/plain', ''], '/503': [503, 'text/plain', ''], '/302': [302, 'text/plain', ''],
      '/400': [400, 'text/xml; charset=utf-8', soap11('<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>')],
    };
    const server = createServer((request, response) => {
      const [status, type, body] = answers[request.url];
      request.resume().once('end', () => response.writeHead(status, { 'content-type': type, ...(status === 302 ? { location: '/html' } : {}) }).end(body));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const found = {};
    for (const path of Object.keys(answers)) {
      const address = `http://127.0.0.1:${server.address().port}${path}`;
      const proxy = new ServiceProxy(Echo, endpointOf(description, 'IEcho', { wire: 'basicHttp', address }));
      await proxy.open();
      found[path] = await proxy.call.Calls().then(() => 'fine', (error) => error.code);
      proxy.abort();
    }
    server.close();
    assert.deepEqual(found, {
      '/html': 'TRANSPORT_CONTENT_TYPE', '/wrong': 'TRANSPORT_CONTENT_TYPE', '/502': 'TRANSPORT_STATUS', '/404': 'NOT_FOUND',
      '/401': 'ACCESS_DENIED', '/503': 'TOO_BUSY', '/302': 'TRANSPORT_REDIRECT', '/400': 'FAULT',
    });
  });
});
