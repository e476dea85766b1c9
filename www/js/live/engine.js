// What runs behind a live run: proxies of the npm package, with their hosts in a worker or at an address. The page
// asks what has happened (`take`) and says what is wanted (`act`); the package is loaded when the first run begins.

import { BEAT, ROUND, beat } from "./demonstration.js";
import { answers, castOf, read } from "./described.js";
import { ADDRESSES, contracts } from "./services.js";
import { Wires, fetchFrom, socketTo } from "./wire.js";

/** How long the other end may take to be there, how often it is asked for a sign of life, and how many may miss. */
const START = 30_000;
const PING = 1_000;
const MISSING = 3;

/** No more of what happened is kept while nobody looks. */
const MOST = 4_096;

export class Engine {
  #told = [];
  #lost = { page: 0, host: 0 };
  #missed = 0;
  #proxies = [];
  #wires = [];
  // Proxies that a person has changed: the demonstration leaves them alone.
  #taken = new Set();
  #timers = [];
  #worker;
  #records;
  #events;
  #behind = 0;
  #missing = 0;
  #isReady = false;
  #isOver = false;
  #plays = true;

  /**
   * @param kind `here`: a worker of this page hosts the services; `there`: a host at an address does; `wcf`: they
   *   are what a description says.
   * @param address of that host, or of the description.
   */
  constructor(kind, address) {
    this.#start(kind, address).catch((error) => this.#lose(error.message));
  }

  /** What has happened since this was last asked, as JSON. */
  take() {
    const told = this.#told.splice(0);
    if (this.#missed > 0) told.push({ missed: this.#missed });
    this.#missed = 0;
    return JSON.stringify(told);
  }

  /** Lets the demonstration go on by itself, or rest. */
  demonstrate(on) {
    if (this.#plays !== undefined) this.#plays = on;
  }

  /** Does something to a proxy; why it cannot be done, otherwise nothing. */
  act(place, verb, detail) {
    const proxy = this.#proxies[place];
    if (proxy === undefined) return "the runtime is still being loaded";
    switch (verb) {
      case "call": return this.#ask(place, JSON.parse(detail));
      case "cut": return this.#cut(place);
      case "open": this.#taken.delete(place); break;
      case "abandon": break;
      default: this.#taken.add(place);
    }
    const act = async () => verb === "abandon" ? proxy.abandon(Number(detail)) : proxy[verb]();
    void this.#run(place, verb, act);
    return undefined;
  }

  /** Ends the host, as if it had crashed: nobody is told, and the page must notice by itself. */
  kill() {
    this.#worker?.terminate();
    return this.#worker === undefined ? "that host is not ours to kill: end it where it runs" : undefined;
  }

  /** Ends everything. */
  end() {
    this.#finish("the page has let it go");
    for (const proxy of this.#proxies) proxy.abort();
    this.#events?.close();
  }

  async #start(kind, address) {
    const sessionful = await import("../../sessionful/entry/web.js");
    if (this.#isOver) return;
    this.#events = new sessionful.EventFeed({ capacity: 65_536 });
    void this.#tell("page", this.#events);
    switch (kind) {
      case "here": return this.#here(sessionful);
      case "there": return this.#there(sessionful, origin(address));
      default: return this.#described(sessionful, address);
    }
  }

  #here(sessionful) {
    this.#employ();
    const connect = socketTo(this.#worker, sessionful);
    const send = fetchFrom(this.#worker);
    this.#make(sessionful, location.origin, connect, send);
  }

  #there(sessionful, base) {
    const connect = (address) => new WebSocket(socketAt(address, base), "sessionful.v1");
    this.#make(sessionful, base, connect, (address, init) => fetch(address, init));
    // Hosts of the playground tell what happens there (`www/host/services.mjs`); others tell nothing.
    this.#records = new EventSource(new URL("/records", base));
    this.#records.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#records.onerror = () => this.#records.close();
    this.#ready();
  }

  #make(sessionful, base, connect, send) {
    this.#proxies = contracts(sessionful).map((contract, place) => {
      const wires = this.#wires[place] = new Wires();
      return new sessionful.ServiceProxy(contract, {
        address: ADDRESSES[place],
        transport: sessionful.network({ base, connect: (address) => wires.keep(connect(address)), fetch: wires.through(send) }),
        events: this.#events,
        callbacks: contract.callback && { reply: (text) => this.#ended(place, "reply, called back", text) },
      });
    });
  }

  async #described(sessionful, address) {
    const wcf = await import("../../sessionful/entry/wcf.js");
    const { description, contracts } = await read(address, wcf);
    if (this.#isOver) return;
    const cast = contracts.map((contract, place) => {
      const wires = this.#wires[place] = new Wires();
      const endpoint = wcf.endpointOf(description, contract.name, {
        fetch: wires.through((at, init) => fetch(at, init)),
        WebSocket: class extends WebSocket {
          constructor(at, protocols) {
            wires.keep(super(at, protocols));
          }
        },
      });
      const heard = (name, values) => this.#ended(place, `${asText(name, values)}, called back`, undefined);
      this.#proxies.push(new sessionful.ServiceProxy(wcf.contractOf(description, contract.name), {
        ...endpoint, events: this.#events, callbacks: answers(contract, heard),
      }));
      return castOf(description, contract, endpoint);
    });
    this.#told.push({ cast });
    // What others serve is not called before somebody says so.
    this.#plays = undefined;
    this.#ready();
  }

  /** Starts the worker, and watches over it. */
  #employ() {
    const worker = this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module", name: "host" });
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.addEventListener("error", (event) => {
      // It is told in the page; the console need not repeat it.
      event.preventDefault();
      this.#lose(event.message || "it could not be loaded");
    });
    setTimeout(() => { if (!this.#isReady) this.#lose("it did not start"); }, START);
    this.#every(PING, () => {
      if (!this.#isReady) return;
      // Counted in questions, not in seconds: a machine that was asleep asks once.
      if ((this.#missing += 1) > MISSING) this.#lose("it does not answer");
      else worker.postMessage({ ping: this.#missing });
    });
  }

  #hear({ ready, records, lost, pong }) {
    if (ready !== undefined) {
      this.#behind = performance.now() - ready;
      this.#ready();
    }
    if (records !== undefined) this.#keep("host", JSON.parse(records), lost);
    if (pong !== undefined) this.#missing = 0;
  }

  /** The hosts are there: proxies open, and the demonstration begins. */
  #ready() {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#told.push({ ready: null });
    // Whoever looks sees a proxy that could not be opened, and its calls say why.
    for (const proxy of this.#proxies) proxy.open().catch(() => {});
    let number = 0;
    this.#every(BEAT, () => this.#play(number++));
  }

  async #tell(side, events) {
    for await (const records of events.batches()) this.#keep(side, records, events.lost);
  }

  #keep(side, records, lost) {
    this.#missed += Math.max(0, lost - this.#lost[side]);
    this.#lost[side] = Math.max(lost, this.#lost[side]);
    const behind = Math.round(side === "host" ? this.#behind * 1000 : 0);
    // Nobody looks: what is lost then is counted.
    if (!this.#say({ records: { host: side === "host", records, behind } })) this.#missed += records.length;
  }

  /** Tells something; whether there was room for it. */
  #say(told) {
    const hasRoom = this.#told.length < MOST;
    if (hasRoom) this.#told.push(told);
    return hasRoom;
  }

  #play(number) {
    if (!this.#plays) return;
    for (const [place, operation, ...values] of beat(number)) {
      if (!this.#taken.has(place) && this.#proxies[place].state === "opened") void this.#call(place, operation, values);
    }
    // Its session has ended.
    const session = this.#proxies[1];
    if (number % ROUND !== ROUND - 1 || this.#taken.has(1) || session.state !== "closed") return;
    session.reset();
    session.open().catch(() => {});
  }

  #ask(place, { operation, arguments: words = [], times = 1, group, timeoutMs, headers }) {
    const options = { group, timeout: timeoutMs, headers: headers && Object.fromEntries(headers) };
    for (let call = 0; call < Math.min(times, 100); call += 1) void this.#call(place, operation, words.map(valueOf), options);
    return undefined;
  }

  async #call(place, operation, values, options = {}) {
    await this.#run(place, asText(operation, values), () => this.#proxies[place].with(options)[operation](...values));
  }

  async #run(place, asked, act) {
    try {
      const result = await act();
      this.#ended(place, asked, result);
    } catch (error) {
      const { faultCode, hresultName, code, rule, message } = error;
      const name = faultCode === undefined ? `error ${hresultName ?? code}` : `fault ${faultCode}`;
      this.#say({ ended: { at: now(), place, asked, failed: { code: name, rule, text: message } } });
    }
  }

  #ended(place, asked, result) {
    this.#say({ ended: { at: now(), place, asked, result: typeof result === "string" ? result : textOf(result) } });
  }

  #cut(place) {
    if (this.#proxies[place].contract.session !== "notAllowed") this.#taken.add(place);
    const had = this.#wires[place].cut("its wire was cut, on purpose");
    return had ? undefined : "there is no connection of ours to cut: call something first";
  }

  /** The other end is lost: whatever waits for it ends. */
  #lose(reason) {
    if (this.#isOver) return;
    this.#finish(`the worker is gone: ${reason}`);
    this.#told.push({ lost: reason });
  }

  #finish(reason) {
    this.#isOver = true;
    this.#timers.forEach(clearInterval);
    for (const wires of this.#wires) wires.cut(reason);
    this.#records?.close();
    this.#worker?.terminate();
  }

  // Timers go on in hidden tabs, where frames do not.
  #every(millis, act) {
    this.#timers.push(setInterval(act, millis));
  }
}

/** Microseconds since the page began, like the times of records. */
const now = () => Math.round(performance.now() * 1000);

/** A call as one would write it. */
const asText = (operation, values) => `${operation}(${values.map(textOf).join(", ")})`;

/** A value as one would write it. */
function textOf(value) {
  if (value === undefined) return "done";
  if (value instanceof Map) return textOf(Object.fromEntries(value));
  const plain = (_, inner) => (typeof inner === "bigint" ? String(inner) : inner instanceof Map ? Object.fromEntries(inner) : inner);
  return typeof value === "object" ? JSON.stringify(value, plain) : typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A word as a value: a number if it is one, else a text. */
function valueOf(word) {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

function origin(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isOne = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.hash && !url.username;
  if (!isOne) throw new Error("that is no address: begin with http:// or https://, without a path");
  return url;
}

function socketAt(path, url) {
  const address = new URL(path, url);
  address.protocol = url.protocol.replace("http", "ws");
  return address;
}
