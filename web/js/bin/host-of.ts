/**
 * From a pair of contract and service to a host.
 *
 * @module
 */

import { ServiceHost } from '../entry/node.js';
import type { Contract, Service } from '../contract.js';
import type { HostIntake } from '../node/index.js';

/** A contract and what implements it: a class, a function that makes objects, or an object. */
export interface Pair {
  readonly contract: Contract;
  readonly service: object;
}

/** Whether a value is such a pair. The contract may come from another copy of this package. */
export function isPair(value: unknown): value is Pair {
  if (typeof value !== 'object' || value === null) return false;
  const { contract, service } = value as { readonly contract?: Partial<Contract> | null; readonly service?: unknown };
  return typeof contract?.toCore === 'function' && typeof contract.operations === 'object'
    && (typeof service === 'function' || (typeof service === 'object' && service !== null));
}

/** Makes a host of a pair. An object serves everybody (`INST-10`), a class has an object for each session. */
export function hostOf({ contract, service }: Pair): HostIntake {
  const single = typeof service === 'object' ? { instancing: 'single' as const } : {};
  return new ServiceHost(contract, { service: service as Service<Contract>, ...single });
}

/** Opens a host, or a group of hosts, that wants to be opened and is not. */
export async function openHost(host: HostIntake): Promise<void> {
  const { open, state, hosts } = host as {
    readonly open?: unknown; readonly state?: unknown; readonly hosts?: readonly { readonly state?: unknown }[];
  };
  if (typeof open === 'function' && (state ?? hosts?.[0]?.state) === 'created') await (open as () => unknown).call(host);
}
