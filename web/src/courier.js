// How requests leave for the network, how they are given up, and how far their answers are read.

/**
 * By which one request ends: it is given up, or its answer is read. A signal costs about as much as all the rest
 * of a request, so it is made for whoever asks for it.
 */
export class Stop {
  /** How many bytes of an answer are read at least; what is longer is too long, however it goes on. */
  most;
  #controller;
  #isStopped = false;
  /** Called when the request is given up, if somebody sets it. */
  onstop;

  constructor(most) {
    this.most = most;
  }

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

  /**
   * The bytes of an answer. One that does not say how long it is, or unfolds while it comes, is counted, and left
   * where it is too long. Others are read by the platform: Chromium takes a stream that was read to its end for
   * given up, now and then, and says so in its tools.
   */
  async read(answer) {
    const { received, body, headers } = answer;
    if (received !== undefined) return received;
    const says = (name) => headers?.get(name) ?? undefined;
    const isPlain = says('content-length') <= this.most && says('content-encoding') === undefined;
    if (isPlain) return new Uint8Array(await answer.arrayBuffer());
    const chunks = [];
    let length = 0;
    const reader = body?.getReader();
    while (reader !== undefined && length <= this.most) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
    // In vain if all was read, and nobody cares how it went.
    if (length > this.most) reader.cancel().catch(() => {});
    return chunks.length === 1 ? chunks[0] : joined(chunks, length);
  }
}

function joined(chunks, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
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

  /** Sends a request whose answer may have so many bytes; by what is returned it can be given up. */
  post(request, address, body, most) {
    const stop = new Stop(most);
    const end = (status, contentType, content) => {
      // Whoever gave it up may be gone, and the binary's end with it.
      if (!stop.isStopped) this.#answered(request, status, contentType, content);
    };
    this.#exchange(address, body, stop).then((answer) => end(...answer), (why) => end(FAILED, undefined, why));
    return stop;
  }
}
