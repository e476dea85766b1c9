/**
 * From the path of a module to a host that can be served.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorOf } from '../errors.js';
import { isHostIntake, type HostIntake } from '../node/index.js';
import { hostOf, isPair, openHost } from './host-of.js';

/**
 * Loads a module and makes an open host of its default export: a host, a pair of contract and service, or a
 * function that returns one of them or a promise of it.
 *
 * @throws HostError that says what is wrong with the module, and how a right one looks; what opening the
 *   host throws.
 */
export async function load(module: string, cwd: string): Promise<HostIntake> {
  const path = resolve(cwd, module);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw wrong(module, 'there is no such file', `give the path of a file, from ${relative('', cwd) || 'here'}`);
  }
  if (!found.isFile()) throw wrong(module, 'it is no file', 'give the path of a module, for example index.js in it');
  const exported = defaultOf(await importFrom(path, module), module);
  const made = await call(exported, module);
  const host = isPair(made) ? hostOf(made) : made;
  if (!isHostIntake(host)) {
    throw wrong(module, `its default export is ${nameOf(made)}`, 'export a ServiceHost, { contract, service } or a function that returns one');
  }
  await openHost(host);
  return host;
}

function wrong(module: string, reason: string, advice: string, cause?: unknown): Error {
  return errorOf('SERVE_MODULE', { module, reason, advice }, { cause });
}

async function importFrom(path: string, module: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(path).href) as Record<string, unknown>;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw wrong(module, 'this version of Node does not run such files', 'compile it to JavaScript first', error);
    }
    if (error instanceof SyntaxError) {
      throw wrong(module, `it is no module: ${error.message}`, `correct it; node --check ${module} shows where`, error);
    }
    const reason = `it fails while it is loaded: ${error instanceof Error ? error.message : String(error)}`;
    throw wrong(module, reason, 'correct the module', error);
  }
}

function defaultOf(exports: Record<string, unknown>, module: string): unknown {
  if (Object.hasOwn(exports, 'default')) return exports['default'];
  const others = Object.keys(exports).slice(0, 5).join(', ');
  throw wrong(module, `it has no default export${others === '' ? '' : ` (only ${others})`}`, 'write export default host');
}

async function call(exported: unknown, module: string): Promise<unknown> {
  if (typeof exported !== 'function') return exported;
  // A class cannot be called, and a service class alone does not tell its contract.
  if (/^class\b/.test(Function.prototype.toString.call(exported))) {
    throw wrong(module, `its default export is class ${exported.name}`, 'export { contract, service } with it as service');
  }
  try {
    return await (exported as () => unknown)();
  } catch (error) {
    throw wrong(module, `the function that it exports fails: ${error instanceof Error ? error.message : String(error)}`, 'correct the function', error);
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === 'function' ? constructor.name : '';
  const members = Object.keys(value).slice(0, 5).join(', ');
  return name === '' || name === 'Object' ? `an object with ${members === '' ? 'nothing' : members}` : `a ${name}`;
}
