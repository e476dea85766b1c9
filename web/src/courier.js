// How requests leave for the network, and how they are given up.

/**
 * By which one request is given up. A signal costs about as much as all the rest of a request, so it is
 * made for whoever asks for it.
 */
export class Stop {
  #controller;
  #isStopped = false;
  /** Called when the request is given up, if somebody sets it. */
  onstop;

  /** Whether nobody wants the answer any more. */
  get isStopped() {
    return this.#isStopped;
  }

  /** The same as a signal. */
  get signal() {
    this.#controller ??= new AbortController();
    if (this.#isStopped) this.#controller.abort();
    return this.#controller.signal;
  }

  stop() {
    this.#isStopped = true;
    this.#controller?.abort();
    this.onstop?.();
  }
}

/** Status of what never came to an answer. */
const FAILED = -1;

/**
 * Takes requests to `exchange`: `(address, body, stop) => Promise<[status, contentType, content]>`. Status 0 is
 * a redirect; without content the answer broke off. What comes of it goes to `answered`, never before `post`
 * has returned, and never of what was given up.
 */
export class Courier {
  #exchange;
  #answered;

  constructor(exchange, answered) {
    this.#exchange = exchange;
    this.#answered = answered;
  }

  /** Sends a request; by what is returned it can be given up. */
  post(request, address, body) {
    const stop = new Stop();
    const end = (status, contentType, content) => {
      // Whoever gave it up may be gone, and the binary's end with it.
      if (!stop.isStopped) this.#answered(request, status, contentType, content);
    };
    this.#exchange(address, body, stop).then((answer) => end(...answer), (why) => end(FAILED, undefined, why));
    return stop;
  }
}
