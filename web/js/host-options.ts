/**
 * Options of hosts, and what of them is checked before the runtime sees any.
 *
 * @module
 */

import type { OperationContext } from './context.js';
import type { Contract, OperationNames, Service } from './contract.js';
import type { EventFeed } from './events.js';
import type { Fault } from './fault.js';
import { EVENTS, FUNCTION, OBJECT, type Shape, checkContract, checkMethods, checkShapes, isObject, refuse } from './options.js';
import type { BindingOptions } from './proxy.js';

/** An address of a host. */
export interface EndpointOptions {
  /** Where it listens: a path, in most habitats. */
  readonly address: string;
  /** How messages travel to it. */
  readonly binding?: BindingOptions;
}

/** A class of service objects. */
export type ServiceClass<C extends Contract> = new () => Service<C>;

/** Options of a {@link ServiceHost}. Times are in milliseconds. */
export interface HostOptions<C extends Contract = Contract> {
  /** Where it listens; `/` and the contract's name in lower case unless given. */
  readonly endpoints?: readonly EndpointOptions[];
  /**
   * The service: a class, a function that makes objects (or promises them), or with instancing `single`
   * one object of yours (`INST-10`).
   */
  readonly service: ServiceClass<C> | ((context?: OperationContext<C>) => Service<C> | PromiseLike<Service<C>>) | Service<C>;
  /** Which object a message gets (`INST-1`); `perSession` unless given. */
  readonly instancing?: 'perSession' | 'perCall' | 'single';
  /** How many operations run at once in an object (`CONC-1`); `single` unless given. */
  readonly concurrency?: 'single' | 'reentrant' | 'multiple';
  /** Whether sessionless messages are taken one after the other (`CONC-9`); false unless given. */
  readonly ordered?: boolean;
  /** When an operation gives up the object (`INST-20`); never unless given. */
  readonly release?: { readonly [Name in OperationNames<C>]?: 'none' | 'beforeCall' | 'afterCall' | 'beforeAndAfterCall' };
  /** Whether the host ends its half of a session after the client (`SESS-19`); true unless given. */
  readonly automaticSessionShutdown?: boolean;
  /** Whether callers learn what went wrong inside (`FLT-4`); false unless given: it discloses internals. */
  readonly includeExceptionDetail?: boolean;
  /** Limits (`THR-1`): 16 calls and 100 sessions, any number of instances, unless given. */
  readonly throttles?: {
    readonly calls?: number;
    readonly sessions?: number;
    readonly instances?: number;
    /** How many may wait for each; one more is refused as too busy. Any number unless given (`THR-2`). */
    readonly queue?: number;
  };
  /** How long closing may take; 10,000 unless given (`CO-12`). */
  readonly closeTimeout?: number;
  /** How long a client may take to end a session that failed (`FLT-5`); 10,000 unless given. */
  readonly faultClose?: number;
  /** Which automaton governs the host; `wcf` unless given. */
  readonly rules?: 'wcf' | 'wws';
  /** Lets callers in one by one; everybody unless given. A throw or rejection refuses. */
  readonly authorize?: (context: OperationContext<C>) => boolean | PromiseLike<boolean>;
  /** Sees failures (`FLT-3`, `FLT-7`). */
  readonly errors?: {
    /** What the caller hears in place of the failure; nothing leaves that to the runtime. */
    provideFault?(failure: Fault | string, context: OperationContext<C>): Fault | undefined;
    /** It is over; whether it is dealt with. */
    handleError?(failure: Fault | string, context: OperationContext<C>): boolean | undefined;
  };
  /** An object is given up: its `Symbol.dispose` or `Symbol.asyncDispose` is called unless this is given. */
  readonly released?: (object: object) => void;
  /** Who hears what happens here; nobody unless given. */
  readonly events?: EventFeed;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  endpoints: [(value) => Array.isArray(value) && value.every(isEndpoint), 'is no list of objects with an address'],
  service: [(value) => isObject(value) || FUNCTION[0](value), 'is no class, function or object'],
  authorize: FUNCTION,
  errors: OBJECT,
  released: FUNCTION,
  release: OBJECT,
  throttles: OBJECT,
  events: EVENTS,
};

const ENDPOINT: Readonly<Record<string, Shape>> = { binding: OBJECT };

const ERRORS: Readonly<Record<string, Shape>> = { provideFault: FUNCTION, handleError: FUNCTION };

function isEndpoint(value: unknown): boolean {
  const { address } = (isObject(value) ? value : {}) as Partial<EndpointOptions>;
  return typeof address === 'string' && address !== '';
}

/** @throws ContractError or OptionError for what cannot be meant. */
export function checkHost(contract: Contract, options: HostOptions): void {
  checkContract(contract);
  if (!isObject(options)) refuse('service', 'is missing');
  checkShapes(options, SHAPES);
  const { service, endpoints = [], errors = {} } = options;
  checkShapes(errors, ERRORS);
  for (const name in errors) if (!Object.hasOwn(ERRORS, name)) refuse(`errors.${name}`, 'is not known');
  for (const endpoint of endpoints) checkShapes(endpoint, ENDPOINT);
  if (service === undefined) refuse('service', 'is missing');
  // Which methods a class has shows when there is an object: they can be fields.
  if (isObject(service)) checkMethods('service', service, contract.operations);
  const twice = endpoints.find(({ address }, at) => endpoints.findIndex((other) => other.address === address) !== at);
  if (twice !== undefined) refuse('endpoints', `name ${twice.address} twice`);
}
