// The wires of a live run, each of which can be cut: a session's socket, a request on its way.

/** What of one proxy is connected now. */
export class Wires {
  #open = new Set();

  /** A socket, until it is closed. */
  keep(socket) {
    this.#open.add(socket);
    socket.addEventListener("close", () => this.#open.delete(socket));
    return socket;
  }

  /** The same function of the shape of fetch, whose requests are remembered while they are on their way. */
  through(fetch) {
    return async (address, init) => {
      const gone = new AbortController();
      const leave = () => gone.abort(init.signal.reason);
      init.signal?.addEventListener("abort", leave, { once: true });
      this.#open.add(gone);
      try {
        return await fetch(address, { ...init, signal: gone.signal });
      } finally {
        this.#open.delete(gone);
        init.signal?.removeEventListener("abort", leave);
      }
    };
  }

  /** Cuts all; whether there was one. */
  cut(reason) {
    const open = [...this.#open];
    for (const wire of open) {
      if (wire instanceof AbortController) wire.abort(new Error(reason));
      else wire.close(4000, reason);
    }
    return open.length > 0;
  }
}

/** To the worker, by an object of the shape of a WebSocket. */
export function socketTo(worker, { PortSocket }) {
  return (address) => {
    const { port1, port2 } = new MessageChannel();
    const socket = new PortSocket(port1);
    worker.postMessage({ sessionful: "socket", address }, [port2]);
    return socket;
  };
}

/**
 * To the worker by the page's own fetch, which the service worker hands on (`offline.js`); straight to it where
 * no service worker is in charge of the page.
 */
export function fetchFrom(worker) {
  const relay = navigator.serviceWorker;
  // In place of that of the run before.
  if (relay) relay.onmessage = ({ data, ports }) => worker.postMessage(data, [...ports]);
  return (address, init) => {
    const path = new URL(address).pathname;
    if (relay?.controller) return fetch(new URL(`live${path}`, document.baseURI), init);
    return ask(worker, { ask: path, type: init.headers["content-type"], body: init.body }, init.signal);
  };
}

function ask(worker, question, signal) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      port1.postMessage("gone");
      reject(signal.reason);
    }, { once: true });
    port1.onmessage = ({ data: [status, contentType, body] }) => {
      port1.close();
      resolve(new Response(body, { status, headers: { "content-type": contentType } }));
    };
    worker.postMessage(question, [port2]);
  });
}
