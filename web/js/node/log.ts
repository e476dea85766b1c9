/**
 * What the Node host tells about itself. Nothing here holds headers, bodies, queries or paths that are not
 * those of an endpoint: secrets travel in all of them.
 *
 * @module
 */

/** Why something was refused. */
export type Refusal =
  | 'path' | 'malformed' | 'method' | 'origin' | 'name' | 'content-type' | 'encoding' | 'too-large' | 'header-too-large'
  | 'timeout' | 'rate' | 'connections' | 'requests' | 'subprotocol' | 'upgrade' | 'draining';

/** One thing that happened. Times are in milliseconds, sizes in bytes. */
export type NodeHostEvent =
  | { readonly type: 'listening'; readonly url: string }
  /** A request was answered by the host. */
  | {
    readonly type: 'request'; readonly address: string; readonly peer: string; readonly status: number;
    readonly took: number; readonly received: number; readonly sent: number;
  }
  /** A client was gone before the host had answered. */
  | { readonly type: 'gone'; readonly address: string; readonly peer: string; readonly took: number }
  /** A request or a socket did not get to the host. A socket that was open has its close code as status. */
  | {
    readonly type: 'refused'; readonly status: number; readonly reason: Refusal; readonly peer: string;
    readonly address?: string;
  }
  | { readonly type: 'session-opened'; readonly address: string; readonly peer: string; readonly id: number }
  | { readonly type: 'session-closed'; readonly address: string; readonly peer: string; readonly id: number; readonly code: number; readonly took: number }
  /** A peer did not answer, did not read, or sent what is not allowed. */
  | { readonly type: 'session-cut'; readonly address: string; readonly peer: string; readonly id: number; readonly reason: 'silent' | 'unread' | 'too-large' | 'malformed' }
  /** The host threw: a defect of the host or of this package. */
  | { readonly type: 'failed'; readonly address: string; readonly error: string }
  /** Connections that were cut because there are too many. */
  | { readonly type: 'dropped' }
  | { readonly type: 'draining'; readonly sessions: number; readonly requests: number }
  | { readonly type: 'closed'; readonly cut: number };

/** Tells what happens, whatever the listener does. */
export type Tell = (event: NodeHostEvent) => void;

/** A listener that cannot disturb. */
export function quietly(log: ((event: NodeHostEvent) => void) | undefined): Tell {
  if (log === undefined) return () => {};
  return (event) => {
    try {
      log(event);
    } catch {
      // A log that fails must not take the service down.
    }
  };
}
