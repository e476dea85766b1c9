// The services of the playground's live runs, served by Node: `cargo xtask play` starts it beside the page.
// Usage: node services.mjs PORT ORIGIN...

import { fstatSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import * as sessionful from "../../web/dist/entry/node.js";
import { serve } from "../../web/dist/node/index.js";
import { described } from "./described.mjs";
import { ADDRESSES, hosts } from "../js/live/services.js";

// Whoever started it by a program wants it no longer than that program.
if (fstatSync(0).isFIFO()) process.stdin.on("end", () => process.exit()).resume();

const [port = "0", ...origins] = process.argv.slice(2);
const listeners = new Set();
const server = createServer(records);
server.listen(Number(port), "127.0.0.1");
await once(server, "listening");

const events = new sessionful.EventFeed({ capacity: 65_536 });
const group = hosts(sessionful, { events, from: "Node" });
await group.open();
await serve(group, { server, origins });
for (const host of described()) {
  await host.open();
  await serve(host, { server, origins });
}
console.log(`http://127.0.0.1:${server.address().port}`);
for await (const batch of events.batches()) {
  const message = JSON.stringify({ records: JSON.stringify(batch), lost: events.lost });
  for (const listener of listeners) listener.write(`data: ${message}\n\n`);
}

/** Tells a page of our origins what happens here, as it happens: the playground draws it. */
function records(request, response) {
  const { origin } = request.headers;
  if (ADDRESSES.includes(request.url) || request.url.startsWith("/wcf/")) return;
  if (request.url !== "/records" || !origins.includes(origin)) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "access-control-allow-origin": origin });
  response.write(`data: ${JSON.stringify({ ready: performance.now() })}\n\n`);
  listeners.add(response);
  response.on("close", () => listeners.delete(response));
}
