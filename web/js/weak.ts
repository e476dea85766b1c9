/**
 * References, weak ones where the platform has them. workerd has no weak ones before the compatibility date
 * 2025-05-05: there, what nobody closes is kept.
 *
 * @module
 */

/** A way to something that may be gone. */
export interface Reference<T> {
  deref(): T | undefined;
}

/** A reference that keeps its target. */
export function strong<T extends object>(target: T): Reference<T> {
  return { deref: () => target };
}

/** A reference that does not keep its target. */
export function weak<T extends object>(target: T): Reference<T> {
  return typeof WeakRef === 'function' ? new WeakRef(target) : strong(target);
}

/** Calls what it was given once the target has been collected. */
export const collected: Pick<FinalizationRegistry<() => void>, 'register' | 'unregister'> =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry((forget: () => void) => forget())
    : { register: () => undefined, unregister: () => false };
