// What is given to `sessionful/wcf` and cannot be meant: refused at once, in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WcfHost, contractOf, endpointOf, wcfTransport } from '../wcf/index.js';

const description = {
  name: 'Shapes', namespace: 'urn:shapes', schema: {}, documentation: {},
  contracts: [{
    name: 'IShapes', session: 'allowed', callbacks: [], documentation: '',
    operations: [{ name: 'Add', action: 'urn:Add', replyAction: 'urn:AddResponse', request: { name: '{urn:shapes}Add', parts: [] }, reply: { parts: [] }, faults: [], initiating: true, terminating: false, documentation: '' }],
  }],
  endpoints: [{ name: 'Text', contract: 'IShapes', address: 'http://localhost/shapes', wire: 'basicHttp' }],
} as const;

const Shapes = contractOf<{ Add(): Promise<void> }>(description as never, 'IShapes');
const endpoints = [{ address: '/a', wire: 'basicHttp' }] as const;
const service = { Add: async () => undefined };

test('a host', () => {
  const wrong: [option: string, options: unknown][] = [
    ['endpoints', undefined], ['endpoints', { service }], ['endpoints', { service, endpoints: '/a' }], ['endpoints', { service, endpoints: [null] }],
    ['endpoints', { service, endpoints: [{ wire: 'basicHttp' }] }], ['endpoints', { service, endpoints: [...endpoints, ...endpoints] }],
    ['wire', { service, endpoints: [{ address: '/a' }] }], ['wire', { service, endpoints: [{ address: '/a', wire: 'basichttp' }] }],
    ['maxBytes', { service, endpoints, maxBytes: '1' }], ['understands', { service, endpoints, understands: 'x' }], ['metadata', { service, endpoints, metadata: 'x' }],
    ['service', { endpoints }],
  ];
  for (const [option, options] of wrong) {
    assert.throws(() => new WcfHost(Shapes, options as never), { code: 'INVALID_OPTION', message: new RegExp(`^option ${option} `) }, JSON.stringify(options));
  }
  assert.throws(() => new WcfHost(undefined as never, { service, endpoints } as never), { code: 'CONTRACT_SHAPE' });
  assert.equal(new WcfHost(Shapes, { service, endpoints, metadata: { origin: 'https://a.example' } }).state, 'created');
});

test('a description', () => {
  for (const nothing of [undefined, null, {}, 'x']) {
    for (const work of [() => contractOf(nothing as never, 'IShapes'), () => endpointOf(nothing as never, 'IShapes')]) {
      assert.throws(work, { code: 'CONTRACT_SHAPE', message: /sessionful import/ });
    }
  }
  assert.throws(() => contractOf(description as never, 'INone'), { code: 'CONTRACT_NAME', message: /there are IShapes/ });
  assert.throws(() => endpointOf(description as never, 'INone'), { code: 'TRANSPORT_MISSING' });
});

test('a transport', () => {
  for (const options of [undefined, {}, { wire: 'x' }, { wire: 'basicHttp', maxBytes: 0 }, { wire: 'basicHttp', fetch: 5 }]) {
    assert.throws(() => wcfTransport(options as never), { code: 'INVALID_OPTION' }, JSON.stringify(options));
  }
});
