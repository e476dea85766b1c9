/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What several hosts behind one door have in common, whatever they speak.
 *
 * @module
 */

import { isObject, refuse } from './options.js';

/** A host, as far as its group is concerned. */
export interface Member {
  readonly addresses: readonly { readonly address: string }[];
  open(): Promise<void>;
  close(): Promise<void>;
  abort(): void;
}

function isMember(value: unknown): boolean {
  return isObject(value) && Array.isArray((value as Partial<Member>).addresses);
}

/** Several hosts that begin and end together. Their addresses differ. */
export abstract class Members<Host extends Member> implements AsyncDisposable {
  /** The hosts. */
  readonly hosts: readonly Host[];

  /**
   * Nothing is opened yet.
   *
   * @throws OptionError if these are no hosts, or two of them have one address.
   */
  constructor(hosts: readonly Host[]) {
    if (!Array.isArray(hosts) || !hosts.every(isMember)) refuse('hosts', 'is no list of hosts');
    this.hosts = [...hosts];
    const addresses = this.addresses.map(({ address }) => address);
    const twice = addresses.find((address, at) => addresses.indexOf(address) !== at);
    if (twice !== undefined) refuse('hosts', `have ${twice} twice`);
  }

  /** Where they listen. */
  get addresses(): Host['addresses'] {
    return this.hosts.flatMap((host) => host.addresses);
  }

  /** Opens all of them, or none: if one fails, the others are ended and its error is thrown. */
  async open(): Promise<void> {
    const opened = await Promise.allSettled(this.hosts.map((host) => host.open()));
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    this.abort();
    throw failed.reason;
  }

  /** Closes all of them in good order. @throws what the first that failed threw, after all have ended. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.hosts.map((host) => host.close()));
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends everything at once. */
  abort(): void {
    for (const host of this.hosts) host.abort();
  }

  /** Closes all of them; what does not end is aborted. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => this.abort());
  }

  /** The host at an address. */
  protected find(address: string): Host | undefined {
    return this.hosts.find((host) => host.addresses.some((known) => known.address === address));
  }
}
