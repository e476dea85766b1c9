// node-soap: the SOAP client that most programs of Node use.
import { createInterface } from 'node:readline';
import soap from 'soap';

const clients = new Map();

/** The client of a description, for a port; SOAP 1.2 must be asked for. */
async function client(wsdl, port) {
  const key = `${wsdl} ${port}`;
  if (!clients.has(key)) {
    const made = await soap.createClientAsync(wsdl, { forceSoap12Headers: port !== 'basic', disableCache: true });
    clients.set(key, made);
  }
  return clients.get(key);
}

/** What it says of ports and operations. */
async function load(wsdl) {
  const described = (await client(String(wsdl), 'basic')).describe();
  const names = [];
  for (const ports of Object.values(described)) {
    for (const [port, operations] of Object.entries(ports)) {
      for (const operation of Object.keys(operations)) names.push(`${port}.${operation}`);
    }
  }
  return names.sort().join('\n');
}

/** Values that JSON has no form for, as node-soap wants them. */
function given(value) {
  if (Array.isArray(value)) return value.map(given);
  if (value === null || typeof value !== 'object') return value;
  if ('$flags' in value) return value.$flags.join(' ');
  if ('$bytes' in value) return value.$bytes;
  if ('$any' in value) {
    const attributes = { 'xsi:type': `xs:${value.$any[0]}`, 'xmlns:xs': 'http://www.w3.org/2001/XMLSchema' };
    return { attributes, $value: value.$any[1] };
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, given(one)]));
}

/** What a program would take from an answer: attributes of elements are not its business. */
function taken(value) {
  if (Array.isArray(value)) return value.map(taken);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if ('$value' in value) return taken(value.$value);
  if (value.attributes?.['i:nil'] === 'true') return null;
  const members = Object.entries(value).filter(([key]) => key !== 'attributes');
  return Object.fromEntries(members.map(([key, one]) => [key, taken(one)]));
}

/** Addressing is no business of node-soap; programs add the headers themselves. */
function address(client, action, to) {
  client.clearSoapHeaders();
  const wsa = 'http://www.w3.org/2005/08/addressing';
  const header = (name, text) => `<a:${name} xmlns:a="${wsa}">${text}</a:${name}>`;
  const id = `urn:uuid:${crypto.randomUUID()}`;
  client.addSoapHeader(header('Action', action) + header('To', to) + header('MessageID', id));
}

async function call(wsdl, port, operation, argumentsText) {
  const [name, method] = [String(port), String(operation)];
  const bound = await client(String(wsdl), name);
  const definitions = bound.wsdl.definitions;
  const [service, { ports }] = Object.entries(definitions.services)[0];
  if (name === 'ws') {
    address(bound, ports[name].binding.methods[method].soapAction, ports[name].location);
  }
  try {
    const [answer] = await bound[service][name][`${method}Async`]
      ? await bound[service][name][`${method}Async`](given(JSON.parse(argumentsText)))
      : await promised(bound[service][name][method], given(JSON.parse(argumentsText)));
    const result = taken(answer ?? null);
    const members = result && typeof result === 'object' ? Object.keys(result) : [];
    return JSON.stringify({ result: members.length === 1 ? result[members[0]] : members.length ? result : null });
  } catch (error) {
    const fault = error?.root?.Envelope?.Body?.Fault;
    if (!fault) throw error;
    const reason = fault.faultstring ?? fault.Reason?.Text;
    const code = fault.faultcode ?? fault.Code?.Subcode?.Value ?? fault.Code?.Value;
    const told = { code: taken(code), reason: taken(reason), detail: JSON.stringify(fault.detail ?? fault.Detail ?? null) };
    return JSON.stringify({ fault: told });
  }
}

function promised(method, given) {
  return new Promise((resolve, reject) =>
    method(given, (error, result) => (error ? reject(error) : resolve([result]))));
}

const verbs = { load, call };
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...words] = line.split('\t');
  try {
    const answer = await verbs[verb](...words.map((word) => Buffer.from(word, 'hex')));
    console.log(`ok\t${Buffer.from(answer).toString('hex')}`);
  } catch (error) {
    console.log(`error\t${Buffer.from(String(error?.stack ?? error)).toString('hex')}`);
  }
}
