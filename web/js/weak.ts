/**
 * Weak references, where the platform has them. workerd has none before the compatibility date
 * 2025-05-05: there, what nobody closes is kept.
 *
 * @module
 */

/** A reference that does not keep its target. */
export function weak<T extends object>(target: T): { deref(): T | undefined } {
  return typeof WeakRef === 'function' ? new WeakRef(target) : { deref: () => target };
}

/** Calls what it was given once the target has been collected. */
export const collected: Pick<FinalizationRegistry<() => void>, 'register' | 'unregister'> =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry((forget: () => void) => forget())
    : { register: () => undefined, unregister: () => false };
