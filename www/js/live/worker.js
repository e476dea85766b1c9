// The worker of a live run in this browser: the bundled host of the npm package.
//
// | said                      | by     | meaning                                                    |
// |---------------------------|--------|------------------------------------------------------------|
// | a socket's hello + port   | page   | a session, by an object of the shape of a WebSocket         |
// | `{ask, type, body}` + port| page, service worker | a request of HTTP; the answer comes on the port |
// | `{ready}`                 | worker | hosts listen; the worker's clock                            |
// | `{records, lost}`         | worker | what happened here, as JSON                                 |
// | `{ping}`, `{pong}`        | both   | is anybody there?                                           |

import * as sessionful from "../../sessionful/entry/web.js";
import { hosts } from "./services.js";

const events = new sessionful.EventFeed({ capacity: 65_536 });
const group = hosts(sessionful, { events, from: "a worker of this page" });

addEventListener("message", ({ data, ports: [port] }) => {
  if (data?.ping !== undefined) postMessage({ pong: data.ping });
  else if (data?.ask !== undefined && port) void answer(data, port);
});

group.serve(self);
await group.open();
postMessage({ ready: performance.now() });
for await (const records of events.batches()) postMessage({ records: JSON.stringify(records), lost: events.lost });

/** Serves a request; whoever has asked and gone says so on the port. */
async function answer({ ask, type, body }, port) {
  const gone = new AbortController();
  port.onmessage = () => gone.abort();
  const reply = await group.request(ask, { body, contentType: type, headers: [], signal: gone.signal });
  port.postMessage([reply.status, reply.contentType, reply.body]);
  port.close();
}
