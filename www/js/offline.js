// Lets the page open without a network once it has been open with one, and hands requests to the services of a
// live run on to their worker. Built into the root of the site, where its scope is the page; the list of files is
// written by the build. What only a live run needs is kept once it was used.

const FILES = [/* files */];
const CACHE = "sessionful-/* version */";

addEventListener("install", (event) => {
  void skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    const ours = names.filter((name) => name.startsWith("sessionful-") && name !== CACHE);
    await Promise.all(ours.map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(old());
});

// The network comes first, so that nobody plays with what is out of date.
addEventListener("fetch", (event) => {
  const { request } = event;
  if (!request.url.startsWith(registration.scope)) return;
  const path = request.url.slice(registration.scope.length);
  if (request.method === "POST" && path.startsWith("live/")) event.respondWith(relay(event, path.slice("live".length)));
  if (request.method === "GET") event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh;
  } catch (lost) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept === undefined) throw lost;
    return kept;
  }
}

/** Asks the worker of the page that asks us, through the page: this script may be ended and begun at any time. */
async function relay({ clientId, request }, ask) {
  const client = await clients.get(clientId);
  if (client === undefined) return new Response(null, { status: 503 });
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data: [status, type, body] }) => resolve(new Response(body, { status, headers: { "content-type": type } }));
  });
  request.signal.addEventListener("abort", () => port1.postMessage("gone"));
  client.postMessage({ ask, type: request.headers.get("content-type"), body: await request.text() }, [port2]);
  return answer;
}
