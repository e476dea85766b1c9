// Lets the page open without a network once it has been open with one. Built into the root of the site, where
// its scope is the page; the list of files is written by the build.

const FILES = [/* files */];
const CACHE = "sessionful-/* version */";

addEventListener("install", (event) => {
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
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(answer(request));
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
