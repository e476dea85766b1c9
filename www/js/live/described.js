// A service that describes itself (WSDL): its contracts, for the page to draw and for people to call.

/** The page has room for so many. */
const MOST = 8;

/**
 * Reads a description, and everything that it imports.
 *
 * @returns the description and those of its contracts that can be called from a page.
 */
export async function read(address, { importWsdl }) {
  const { description } = await importWsdl(address, async (part) => {
    const response = await fetch(part).catch((error) => {
      throw new Error(`${part} cannot be loaded (${error.message}): is it there, and does it allow this page (CORS)?`);
    });
    if (!response.ok) throw new Error(`${part} answers with status ${response.status}`);
    return response.text();
  });
  const callable = ({ name }) => description.endpoints.some(({ contract }) => contract === name);
  const contracts = description.contracts.filter(callable).slice(0, MOST);
  if (contracts.length === 0) throw new Error("no contract of it has an endpoint that a page can reach");
  return { description, contracts };
}

/** What the page has to know of a contract. */
export function castOf(description, { name, session, operations, callbacks }, { binding }) {
  const told = (operation) => ({
    name: operation.name,
    oneWay: operation.reply === null,
    initiating: operation.initiating,
    terminating: operation.terminating,
    words: operation.request.parts.map(({ field }) => word(description.schema, field)),
  });
  return { name, pooled: binding.channel === "sessionless", session, operations: operations.map(told), callbacks: callbacks.map(told) };
}

/** An answer to every callback, so that whoever waits for one goes on. */
export function answers({ callbacks }, heard) {
  const answer = ({ name, reply }) => [name, (...values) => {
    heard(name, values);
    return reply === null ? undefined : sample(reply.parts[0]?.field);
  }];
  return callbacks.length === 0 ? undefined : Object.fromEntries(callbacks.map(answer));
}

const SAMPLES = {
  string: "hello", boolean: true, dateTime: "2024-02-29T13:14:15Z", duration: "PT1S", decimal: "1.5", anyUri: "urn:example",
  guid: "00112233-4455-6677-8899-aabbccddeeff", base64Binary: null,
};

function sample(field) {
  const { primitive } = field?.ty ?? {};
  return primitive === undefined ? null : primitive in SAMPLES ? SAMPLES[primitive] : 1;
}

/** Something of a type, as one would type it. */
function word(schema, field) {
  const first = schema[field.ty?.named]?.enumeration?.values[0];
  const value = first === undefined ? sample(field) : first[0];
  return value === null && !field.nillable ? "{}" : JSON.stringify(value);
}
