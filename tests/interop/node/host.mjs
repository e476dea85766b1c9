// The samples on the package's own host for Node: every form of HTTP, and WebSocket as text and as binary.
// `node host.mjs FOLDER` reads the descriptions there and says where it serves.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Fault } from 'sessionful';
import { serve } from 'sessionful/node';
import { contractOf, importWsdl, WcfHost } from 'sessionful/wcf';

const WIRES = { basic: 'basicHttp', soap12: 'soap12Http', ws: 'wsHttp', binary: 'binaryHttp' };
const SOCKETS = { text: 'socketText', binary: 'socketBinary' };

let made = 0;

class Calculator {
  #id = ++made;
  #total = 0;

  Clear() {
    this.#total = 0;
  }

  AddTo(n) {
    this.#total += n;
  }

  Add(n) {
    return this.#total += n;
  }

  Equals() {
    return this.#total;
  }

  Divide(n1, n2) {
    return divide('Sender', n1, n2);
  }

  DivideSub(n1, n2) {
    return divide('{urn:interop:faults}DivZero', n1, n2);
  }

  InstanceId() {
    return `calculator#${this.#id}`;
  }

  ThrowUndeclared() {
    throw new Fault('Sender', 'just a reason');
  }

  ThrowUnhandled() {
    throw new Error('secret detail');
  }

  Nothing() {}
}

function divide(code, n1, n2) {
  if (n2 !== 0) return Math.trunc(n1 / n2);
  throw new Fault(code, 'Denominator is zero', {
    kind: 'MathFault', detail: { Operation: 'Divide', ProblemType: 'divide by zero' },
  });
}

class Types {
  EchoString(value) { return value; }
  EchoZoo(zoo) { return zoo; }
  EchoShape(shape) { return shape; }
  EchoInts(values) { return values; }
  EchoPoints(points) { return points; }
  EchoBytes(data) { return data; }
  EchoDate(when) { return when; }
  EchoGuid(id) { return id; }
  EchoNullable(v) { return v; }
  EchoColor(c) { return c; }
  EchoObject(o) { return o; }
  EchoMap(map) { return map; }

  Mixed(zebra, apple, middle, last) {
    return { MixedResult: last ? 1 : 0, middle: 2 * middle, extra: `${zebra}${apple}` };
  }

  Renamed(question) {
    return `re: ${question}`;
  }

  Bool(b) {
    return !b;
  }
}

class Duplex {
  #total = 0;

  async AddTo(n, context) {
    this.#total += n;
    await context.callback.Told(this.#total);
  }

  Sum() {
    return this.#total;
  }

  Ask(text, context) {
    return context.callback.Confirm(text);
  }
}

const samples = {
  percall: { service: Calculator, wires: WIRES, instancing: 'perCall' },
  single: { service: Calculator, wires: WIRES, instancing: 'single' },
  types: { service: Types, wires: WIRES, instancing: 'perCall' },
  persession: { service: Calculator, wires: SOCKETS, instancing: 'perSession' },
  duplex: { service: Duplex, wires: SOCKETS, instancing: 'perSession', concurrency: 'reentrant' },
};

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://localhost:${server.address().port}`;
for (const [sample, { wires, ...options }] of Object.entries(samples)) {
  const { description } = await importWsdl(`${process.argv[2]}/host-${sample}.wsdl`, (file) => readFile(file, 'utf8'));
  const endpoints = Object.entries(wires).map(([name, wire]) => ({ address: `/${sample}/${name}`, wire, name }));
  const host = new WcfHost(contractOf(description, description.contracts[0].name), { ...options, endpoints });
  await host.open();
  await serve(host, { server, rate: null });
}
console.log(`ready ${base}`);
process.stdin.resume().on('end', () => process.exit());
