// A service that describes itself: what a WCF service with sessions and callbacks looks like from a page. It stands
// in for one where there is none; `npx sessionful import` makes such a description from WSDL.

import { contractOf, WcfHost } from "../../web/dist/entry/wcf-node.js";

const NAMESPACE = "urn:sessionful:playground";
const is = (primitive) => ({ ty: { primitive }, nillable: primitive === "string" });
const parts = (fields) => Object.entries(fields).map(([name, field]) => ({ name, field }));

function operation(contract, name, takes, gives, more = {}) {
  const action = `${NAMESPACE}/${contract}/${name}`;
  const reply = gives === null ? null : { name: `{${NAMESPACE}}${name}Response`, parts: parts({ [`${name}Result`]: gives }) };
  return {
    name, action, replyAction: reply === null ? "" : `${action}Response`, request: { name: `{${NAMESPACE}}${name}`, parts: parts(takes) },
    reply, faults: [], initiating: true, terminating: false, documentation: "", ...more,
  };
}

const description = {
  name: "Playground",
  namespace: NAMESPACE,
  schema: {},
  documentation: {},
  contracts: [
    {
      name: "ICounter", session: "required", documentation: "Counts for a session, and tells how far it is.",
      operations: [
        operation("ICounter", "Add", { n: is("double") }, is("double")),
        operation("ICounter", "CountTo", { end: is("int") }, is("int")),
        operation("ICounter", "Finish", {}, is("double"), { initiating: false, terminating: true }),
      ],
      callbacks: [operation("ICounter", "Reached", { number: is("int") }, null)],
    },
    {
      name: "IGreeter", session: "allowed", documentation: "Greets.",
      operations: [operation("IGreeter", "Greet", { name: is("string") }, is("string"))],
      callbacks: [],
    },
  ],
  endpoints: [],
};

class Counter {
  #total = 0;
  Add(n) { return (this.#total += n); }
  async CountTo(end, at) {
    for (let number = 1; number <= end; number += 1) await at.callback.Reached(number);
    return end;
  }
  Finish() { return this.#total; }
}

class Greeter {
  Greet(name) { return `Hello, ${name}!`; }
}

/** The hosts, which are opened and served by whoever wants them. */
export const described = () => [
  new WcfHost(contractOf(description, "ICounter"), {
    service: Counter, concurrency: "reentrant", endpoints: [{ address: "/wcf/counter", wire: "socketBinary" }],
  }),
  new WcfHost(contractOf(description, "IGreeter"), { service: Greeter, endpoints: [{ address: "/wcf/greeter", wire: "basicHttp" }] }),
];
