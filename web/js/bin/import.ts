/**
 * `sessionful import`: source code from a description.
 *
 * @module
 */

import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { plain } from './print.js';
import type { Surroundings } from './run.js';

/** What there is to say about the command. */
export const IMPORT_HELP = `Makes source code from the description of a service (WSDL).

Usage: sessionful import <file or url> [options]

  <file or url>        a file, or an address such as https://server/service.svc?singleWsdl

Options:
  -O, --out <file>     where the code goes; to the output unless given
      --rust           Rust, not TypeScript; a file that ends in .rs means it as well
  -h, --help           this text

What cannot be called from here is left out, and told with what to do about it.
Ends with 0 if all went well, 1 if not, 2 if the command line is wrong.`;

interface Wanted {
  readonly source: string;
  readonly out: string | undefined;
  readonly rust: boolean;
}

/** Runs the command; resolves with the exit code. Never rejects. */
export async function runImport(args: readonly string[], around: Surroundings): Promise<number> {
  const wanted = readArguments(args);
  if (typeof wanted === 'string') {
    around.err(`sessionful: ${plain(wanted)}\nTry: sessionful import --help`);
    return 2;
  }
  if (wanted === undefined) {
    around.out(IMPORT_HELP);
    return 0;
  }
  try {
    const { importWsdl } = await import('../entry/wcf-node.js');
    const { typescript, rust, unsupported } = await importWsdl(wanted.source, (address) => read(address, around.cwd));
    for (const left of unsupported) around.err(`left out: ${plain(left)}`);
    const code = wanted.rust ? rust : typescript;
    if (wanted.out === undefined) around.out(code);
    else await writeFile(resolve(around.cwd, wanted.out), code);
    return 0;
  } catch (error) {
    around.err(`sessionful: ${plain(error instanceof Error ? error.message : String(error))}`);
    return 1;
  }
}

/** The arguments, nothing if help is wanted, or what is wrong with them. */
function readArguments(args: readonly string[]): Wanted | string | undefined {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'O' },
        rust: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals: [source, ...rest] } = parsed;
  if (values.help) return undefined;
  if (source === undefined) return 'import needs a file or an address';
  if (rest.length > 0) return `import takes one description, not ${rest.length + 1}`;
  return { source, out: values.out, rust: values.rust || values.out?.endsWith('.rs') === true };
}

async function read(address: string, cwd: string): Promise<string> {
  if (!/^https?:/i.test(address)) return readFile(address.startsWith('file:') ? new URL(address) : resolve(cwd, address), 'utf8');
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw new Error(`${address} cannot be reached (${cause?.code ?? String(error)})`);
  }
  if (!response.ok) throw new Error(`${address} answers with status ${response.status}`);
  return response.text();
}
