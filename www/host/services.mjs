// The services of the playground's live runs, served by Node: `cargo xtask play` starts it beside the page.
// Usage: node services.mjs PORT ORIGIN...

import { createServer } from 'node:http';
import { once } from 'node:events';
import { defineContract, Fault, oneWay, operation, ServiceHost } from '../../web/dist/entry/node.js';
import { serve } from '../../web/dist/node/index.js';

const pair = () => operation({ parameters: 2 });
const later = (parameters, more = {}) => operation({ parameters, initiating: false, ...more });

const Calculator = defineContract({
  name: 'Calculator',
  session: 'notAllowed',
  operations: { add: pair(), subtract: pair(), multiply: pair(), divide: operation({ parameters: 2, faults: ['DivisionByZero'] }) },
});

const SessionCalculator = defineContract({
  name: 'SessionCalculator',
  session: 'required',
  operations: {
    clear: operation({ parameters: 0 }),
    addTo: later(1),
    subtractFrom: later(1),
    multiplyBy: later(1),
    divideBy: later(1, { faults: ['DivisionByZero'] }),
    equals: later(0, { terminating: true }),
  },
});

const DuplexHello = defineContract({
  name: 'DuplexHello',
  session: 'required',
  operations: { hello: oneWay({ parameters: 1 }) },
  callback: { name: 'HelloCallback', operations: { reply: oneWay({ parameters: 1 }) } },
});

/** An operation takes long enough to be seen at work. */
const pause = (millis) => new Promise((wake) => setTimeout(wake, millis));

function quotient(a, b) {
  if (b === 0) throw new Fault('DivisionByZero', `${a} cannot be divided by zero`);
  return a / b;
}

class CalculatorService {
  async add(a, b) { await pause(350); return a + b; }
  async subtract(a, b) { await pause(350); return a - b; }
  async multiply(a, b) { await pause(350); return a * b; }
  async divide(a, b) { await pause(350); return quotient(a, b); }
}

/** One object for each session. */
class SessionCalculatorService {
  #result = 0;
  async #change(result) { await pause(400); return (this.#result = result); }
  clear() { return this.#change(0); }
  addTo(value) { return this.#change(this.#result + value); }
  subtractFrom(value) { return this.#change(this.#result - value); }
  multiplyBy(value) { return this.#change(this.#result * value); }
  async divideBy(value) { return this.#change(quotient(this.#result, value)); }
  equals() { return this.#change(this.#result); }
}

class DuplexHelloService {
  async hello(greeting, at) {
    await pause(900);
    await at.callback.reply(`${greeting} to you too, from Node`);
  }
}

const binding = (channel) => ({ binding: { channel } });
const hosts = [
  new ServiceHost(Calculator, {
    service: CalculatorService, instancing: 'perCall', endpoints: [{ address: '/calculator', ...binding('sessionless') }],
  }),
  new ServiceHost(SessionCalculator, {
    service: SessionCalculatorService, endpoints: [{ address: '/session', ...binding('sessionful') }],
  }),
  new ServiceHost(DuplexHello, {
    service: DuplexHelloService, endpoints: [{ address: '/hello', ...binding('sessionful') }],
  }),
];

const [port = '0', ...origins] = process.argv.slice(2);
const server = createServer();
server.listen(Number(port), '127.0.0.1');
await once(server, 'listening');
for (const host of hosts) {
  await host.open();
  await serve(host, { server, origins });
}
console.log(`http://127.0.0.1:${server.address().port}`);
