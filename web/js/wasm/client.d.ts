/**
 * What the binary that only calls offers: the same as the whole one, without what serves and listens.
 *
 * @module
 */

export { CoreLink, CoreProxy, CoreTap, default, heldValues, initSync, memorySize, panic, tellPanic } from './sessionful.js';
