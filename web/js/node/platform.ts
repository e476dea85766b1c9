/**
 * What the package uses of Node in place of the platform of browsers.
 *
 * @module
 */

import { provideSender } from '../request.js';
import { provideWebSocket } from '../transport.js';
import { send } from './sender.js';

/** Each has a connection of its own while it is on its way. */
const MOST_REQUESTS = 64;
/** A request costs less than writing so much: the host is at work on it while the next one is written. */
const PIECE = 32 * 1024;

/** Sockets are those of `ws`, requests go by `node:http`. */
export function provideNode(): void {
  provideWebSocket(async () => (await import('ws')).default as never);
  provideSender(send, MOST_REQUESTS, PIECE);
}
