/**
 * The package without the binary: nothing is fetched before `init` is given one. For libraries, and for
 * applications that load it their own way.
 *
 * @module
 */

export * from '../index.js';
