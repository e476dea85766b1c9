/**
 * From a pair of contract and service to a host.
 *
 * @module
 */

import type { Contract } from '../contract.js';
import { errorOf } from '../errors.js';
import type { HostIntake } from '../node/index.js';

/**
 * Makes a host of a contract and the class or object that implements it.
 *
 * @throws HostError in this version: the host is not part of it yet.
 */
export async function hostOf(contract: Contract, service: unknown): Promise<HostIntake> {
  void service;
  throw errorOf('SERVE_MODULE', {
    module: contract.name,
    reason: 'this version cannot make a host of a contract and a service',
    advice: 'export a host',
  });
}
