/**
 * What happens at proxies and hosts, as it happens: records, many to a batch.
 *
 * @module
 */

import { type Core, type State, attempt, settled } from './runtime.js';
import type { CoreFeed, CoreTap } from './wasm/sessionful.js';

type Kind = 'request' | 'oneWay' | 'reply' | 'fault' | 'end';
type Ending = 'closed' | 'aborted' | 'lost' | 'idle' | 'overdue';
type Outcome = 'ok' | 'fault' | 'failed' | 'abandoned' | 'timedOut';
type Throttle = 'calls' | 'sessions' | 'instances';
interface Phases { from: State; to: State }
interface Channel { channel: number }
interface Travelling extends Channel { kind: Kind; action: string; bytes: number }
interface Gate { context: number; dispatch: number }
interface CallOut { dispatch: number; call: number }

/** What belongs to each event, by its name. Numbers are names of things, counted from 1 at each end. */
export interface EventFields {
  /** The proxy went from one state to another (`PROXY-2`). */
  proxyPhase: Phases;
  /** The host went from one state to another (`CO-1`). */
  hostPhase: Phases;
  /** A channel came to be. */
  channelMade: Channel & { endpoint: number; role: 'session' | 'listener' | 'proxy' | 'pooled'; shape: string };
  /** A channel went from one state to another. */
  channelPhase: Channel & Phases;
  /** A channel is gone. */
  channelGone: Channel & { how: Ending };
  /** A pooled channel serves a call: one that was idle, or a new one (`PROXY-12`). */
  channelLeased: Channel & { call: number; reused: boolean };
  /** A pooled channel is idle again (`PROXY-13`). */
  channelReturned: Channel;
  /** A session began. */
  sessionOpened: Channel & { session: string };
  /** The peer ended its half of a session (`SESS-19`). */
  sessionInputEnded: Channel;
  /** This end ended its half of a session. */
  sessionOutputEnded: Channel;
  /** A session is over. */
  sessionEnded: Channel & { session: string; how: Ending };
  /** A call waits for its proxy to open. Operations are numbered from 0, in the order of the contract. */
  callQueued: { call: number; operation: number };
  /** A call was sent. */
  callSent: Channel & { call: number; operation: number; oneWay: boolean };
  /** The caller gave a call up; what it holds is kept until its answer comes (`CALL-5`). */
  callAbandoned: { call: number };
  /** A call ended for its caller. */
  callEnded: { call: number; outcome: Outcome };
  /** What an abandoned call held is free: its answer came, or cannot come any more. */
  callForgotten: { call: number };
  /** A message left. Values are not counted: of messages that are no text `bytes` says nothing. */
  messageSent: Travelling;
  /** A message arrived and waits to be picked up. */
  messageArrived: Travelling;
  /** A waiting message was picked up. */
  messageTaken: Channel;
  /** A message was dropped. */
  messageDropped: Channel & { why: string };
  /** An instance context came to be. */
  contextMade: { context: number };
  /** An instance context went from one state to another. */
  contextPhase: { context: number } & Phases;
  /** A session channel was bound to a context. */
  contextBound: Channel & { context: number };
  /** A session channel was unbound from a context. */
  contextUnbound: Channel & { context: number };
  /** Its provider keeps a context that nothing keeps busy (`INST-22`). */
  contextKept: { context: number };
  /** A context is gone. */
  contextGone: { context: number };
  /** A service object was made, or your own came into use. */
  instanceMade: { instance: number; context?: number; own: boolean };
  /** A service object moved into a context (a singleton's, `INST-9`). */
  instancePlaced: { instance: number; context: number };
  /** A service object was given up. */
  instanceReleased: { instance: number; disposed: boolean };
  /** A message began its way through the pipeline. */
  dispatchBegan: Channel & { dispatch: number; action: string };
  /** An operation reached a stage; `parked` when it waits there. */
  dispatchStage: { dispatch: number; stage: string; parked: boolean };
  /** An operation got its context. */
  dispatchPlaced: { dispatch: number; context: number };
  /** An operation left the pipeline. */
  dispatchEnded: { dispatch: number; outcome: Outcome };
  /** An operation holds the gate of its context. */
  gateEntered: Gate;
  /** An operation waits for the gate; one that returns from a call-out goes first (`CONC-4`). */
  gateQueued: Gate & { resuming: boolean };
  /** An operation gave the gate up, or its place in a queue. */
  gateLeft: Gate;
  /** An operation calls out and waits. */
  callOutBegan: CallOut;
  /** A call-out came back; the operation goes on. */
  callOutEnded: CallOut;
  /** A slot of a throttle was taken; that many are. */
  slotTaken: { throttle: Throttle; held: number };
  /** A throttle was full: somebody waits. That many do. */
  slotAwaited: { throttle: Throttle; waiting: number };
  /** A waiter is gone: it got a slot that was handed over, or gave up. That many still wait. */
  slotWaitEnded: { throttle: Throttle; waiting: number };
  /** A slot was freed; that many are taken. */
  slotFreed: { throttle: Throttle; held: number };
  /** A throttle and its queue were full: somebody was refused. */
  slotRefused: { throttle: Throttle };
  /** A call was refused because its reply could never arrive (`CONC-12`). */
  deadlockRefused: CallOut;
}

/** The name of an event. Later versions may have more. */
export type EventType = keyof EventFields;

/** One event; narrow it by its `type`. */
export type RuntimeEvent = { [Type in EventType]: { readonly type: Type } & Readonly<EventFields[Type]> }[EventType];

/** One event with its place. */
export interface EventRecord {
  /** Its number, counted over all ends of a feed without gaps. */
  readonly seq: number;
  /** When it happened: microseconds since `performance.timeOrigin`. */
  readonly at: number;
  /** The end it happened at: 1 for the first that was given the feed, and so on. */
  readonly node: number;
  /** The number of the record that led to it, if one did. */
  readonly cause?: number;
  /** What happened. */
  readonly event: RuntimeEvent;
}

/** Options of an {@link EventFeed}. */
export interface EventFeedOptions {
  /** How many records are kept for a reader that is slow; the oldest are lost then. 10,000 unless given. */
  readonly capacity?: number;
  /** How long a batch gathers after its first record, in milliseconds; 16 unless given. */
  readonly gather?: number;
}

/**
 * Listens to the proxies and hosts that are given it (`events` of their options), and gives out what
 * happens there. Folding the records of an end rebuilds the picture of it that `snapshot()` gives.
 *
 * An end without a feed builds no events at all. A feed has one reader.
 *
 * ```ts
 * const events = new EventFeed();
 * const calculator = new ServiceProxy(Calculator, { address: '/calculator', events });
 * for await (const { event } of events) {
 *   if (event.type === 'callEnded') console.log(event.call, event.outcome);
 * }
 * ```
 */
export class EventFeed implements AsyncIterable<EventRecord> {
  readonly #options: EventFeedOptions;
  #core: CoreFeed | undefined;
  #lastNode = 0;
  #lost = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;
  /** What a reader had not come to when it stopped. */
  #left: EventRecord[] = [];

  constructor(options: EventFeedOptions = {}) {
    this.#options = options;
  }

  /** How many records were lost so far because nobody took them in time. */
  get lost(): number {
    return this.#lost;
  }

  /** The number of one more end. For the package itself. @internal */
  enlist(): number {
    return this.#lastNode += 1;
  }

  /** Listens to the end of that number. For the package itself. @internal */
  tap(loaded: Core, node: number): CoreTap {
    this.#core ??= attempt('proxy', () => new loaded.CoreFeed(this.#options.capacity ?? 10_000));
    this.#wake?.();
    return this.#core.tap(node);
  }

  /**
   * The records, several at a time, as they come: each batch crosses from the binary in one piece.
   *
   * @throws PanicError when the runtime is gone.
   */
  async *batches(): AsyncGenerator<readonly EventRecord[], void, undefined> {
    const { gather = 16 } = this.#options;
    for (let isLast = false; !isLast;) {
      isLast = this.#isClosed;
      const core = this.#core;
      if (core === undefined) {
        if (!isLast) await new Promise<void>((wake) => { this.#wake = wake; });
        continue;
      }
      if (!isLast && this.#left.length === 0) {
        await settled('proxy', () => core.wait());
        if (gather > 0 && !this.#isClosed) await new Promise((wake) => { setTimeout(wake, gather); });
      }
      const [records, lost] = attempt('proxy', () => core.take());
      this.#lost = lost;
      const batch = [...this.#left.splice(0), ...records as EventRecord[]];
      if (batch.length > 0) yield batch;
    }
  }

  /** The records one by one. Who stops in between goes on where it stopped. */
  async *[Symbol.asyncIterator](): AsyncGenerator<EventRecord, void, undefined> {
    for await (const batch of this.batches()) {
      let read = 0;
      try {
        for (const record of batch) {
          read += 1;
          yield record;
        }
      } finally {
        this.#left = batch.slice(read);
      }
    }
  }

  /** Ends the iteration, after what was recorded until now. The ends go on. */
  close(): void {
    this.#isClosed = true;
    this.#core?.ring();
    this.#wake?.();
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
