// What every consumer does with the package: a host and two proxies in one program, with and without a
// session. The package is given, because each consumer has an entry of its own.
export async function calls({ Fault, HostGroup, ServiceHost, ServiceProxy, defineContract, isFault, operation }) {
  const Counter = defineContract({
    name: 'Counter', session: 'required',
    operations: {
      add: operation({ parameters: 1 }),
      total: operation({ parameters: 0, initiating: false, terminating: true }),
    },
  });
  const Speaker = defineContract({
    name: 'Speaker', session: 'notAllowed',
    operations: { shout: operation({ parameters: 1, faults: ['Speechless'] }) },
  });
  class CounterService {
    #sum = 0;
    add(n) { return (this.#sum += n); }
    total() { return this.#sum; }
  }
  class SpeakerService {
    shout(text) {
      if (text === '') throw new Fault('Speechless', 'there is nothing to shout', { kind: 'Speechless', detail: { length: 0 } });
      return text.toUpperCase();
    }
  }
  const counters = new ServiceHost(Counter, { service: CounterService });
  const speakers = new ServiceHost(Speaker, { service: SpeakerService, instancing: 'perCall' });
  const group = new HostGroup([counters, speakers]);
  await group.open();

  const counter = new ServiceProxy(Counter, { address: '/counter', transport: counters.transport });
  await counter.open();
  const sums = [await counter.call.add(1), await counter.call.add(2), await counter.call.total()];
  await counter.close();

  const speaker = new ServiceProxy(Speaker, { address: '/speaker', transport: speakers.transport });
  await speaker.open();
  const shouted = await speaker.call.shout('hello');
  const fault = await speaker.call.shout('').catch((error) => isFault(error, Speaker, 'shout', 'Speechless') ? error.detail : error);
  await speaker.close();
  await group.close();
  return { sums, shouted, fault, leaks: [...counter.leaks(), ...speaker.leaks()] };
}

/** Shows the outcome of something to the test that has opened the page. */
export function report(outcome) {
  outcome.then((value) => { globalThis.outcome = { value }; }, (error) => { globalThis.outcome = { error: String(error?.stack ?? error) }; });
}
