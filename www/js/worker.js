// Starts the host: the same binary as the page's, in a thread of its own.

import init, { host } from "../app.js";

// Heard from the very beginning, because the binary takes a while and messages do not wait.
const control = new Promise((resolve) => {
  addEventListener("message", (event) => resolve(event.ports[0]), { once: true });
});

// No top-level await: a module worker hears nothing while it is evaluated.
init().then(async () => host(await control));
