// The three services of the playground's live runs, in the words of the npm package: a worker of the page hosts
// them, and so does Node (`www/host/services.mjs`).

/** Where each is reached; the order is that of the numbers of their ends in records. */
export const ADDRESSES = ["/calculator", "/session", "/hello"];

/** The contracts, made by the package of whoever hosts or calls them. */
export function contracts({ defineContract, oneWay, operation }) {
  const pair = (more) => operation({ parameters: 2, ...more });
  const later = (parameters, more) => operation({ parameters, initiating: false, ...more });
  const faults = ["DivisionByZero"];
  return [
    defineContract({
      name: "Calculator",
      session: "notAllowed",
      operations: { add: pair(), subtract: pair(), multiply: pair(), divide: pair({ faults }) },
    }),
    defineContract({
      name: "SessionCalculator",
      session: "required",
      operations: {
        clear: operation({ parameters: 0 }),
        addTo: later(1),
        subtractFrom: later(1),
        multiplyBy: later(1),
        divideBy: later(1, { faults }),
        equals: later(0, { terminating: true }),
      },
    }),
    defineContract({
      name: "DuplexHello",
      session: "required",
      operations: { hello: oneWay({ parameters: 1 }) },
      callback: { name: "HelloCallback", operations: { reply: oneWay({ parameters: 1 }) } },
    }),
  ];
}

/** Hosts of the three services; `events` hears of what happens there, `from` is said by the one that greets. */
export function hosts(sessionful, { events, from }) {
  const { Fault, HostGroup, ServiceHost } = sessionful;
  const quotient = (a, b) => {
    if (b === 0) throw new Fault("DivisionByZero", `${a} cannot be divided by zero`);
    return a / b;
  };

  class Calculator {
    async add(a, b) { await pause(350); return a + b; }
    async subtract(a, b) { await pause(350); return a - b; }
    async multiply(a, b) { await pause(350); return a * b; }
    async divide(a, b) { await pause(350); return quotient(a, b); }
  }

  // One object for each session.
  class SessionCalculator {
    #result = 0;
    async #change(result) { await pause(400); return (this.#result = result); }
    clear() { return this.#change(0); }
    addTo(value) { return this.#change(this.#result + value); }
    subtractFrom(value) { return this.#change(this.#result - value); }
    multiplyBy(value) { return this.#change(this.#result * value); }
    async divideBy(value) { return this.#change(quotient(this.#result, value)); }
    equals() { return this.#change(this.#result); }
  }

  class DuplexHello {
    async hello(greeting, at) {
      await pause(900);
      await at.callback.reply(`${greeting} to you too, from ${from}`);
    }
  }

  const services = [[Calculator, "perCall", "sessionless"], [SessionCalculator, "perSession", "sessionful"], [DuplexHello, "perSession", "sessionful"]];
  return new HostGroup(contracts(sessionful).map((contract, place) => {
    const [service, instancing, channel] = services[place];
    return new ServiceHost(contract, { service, instancing, events, endpoints: [{ address: ADDRESSES[place], binding: { channel } }] });
  }));
}

/** An operation takes long enough to be seen at work. */
const pause = (millis) => new Promise((wake) => setTimeout(wake, millis));
