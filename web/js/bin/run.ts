/**
 * What the command does, apart from the process that it runs in.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { serve, type NodeHost, type ServeOptions } from '../node/index.js';
import { runImport } from './import.js';
import { load } from './load.js';
import { Printer, plain } from './print.js';

const HELP = `Serves a service over the network: sessions over WebSocket, requests over HTTP.

Usage: sessionful serve <module> [options]
       sessionful import <file or url> [--out <file>] [--rust]
                       source code from the WSDL of a service; see: sessionful import --help

  <module>             a JavaScript module; its default export is a ServiceHost,
                       { contract, service }, or a function that returns one of them

Options:
  -p, --port <n>       port to listen on, 0 for any that is free   (8080)
  -H, --host <name>    address to listen on, 0.0.0.0 for all       (127.0.0.1)
  -o, --origin <o>     an origin whose pages may call, e.g. https://app.example;
                       may be repeated, * for all                  (the own one)
  -q, --quiet          tell errors only
      --json           tell everything, one JSON object a line
  -h, --help           this text
  -v, --version        the version of this package

Ctrl-C lets requests and sessions end; a second one cuts them off.
Ends with 0 if all went well, 1 if not, 2 if the command line is wrong.`;

/** What the command needs of the process around it. */
export interface Surroundings {
  /** Writes a line of results. */
  readonly out: (line: string) => void;
  /** Writes a line of trouble. */
  readonly err: (line: string) => void;
  /** Whether colours can be shown. */
  readonly color: boolean;
  /** What paths are relative to. */
  readonly cwd: string;
  /** Has a handler called whenever the process is asked to end. */
  readonly onSignal: (handler: (signal: string) => void) => void;
}

interface Arguments {
  readonly module: string;
  readonly options: ServeOptions;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Runs the command to its end; resolves with the exit code. Never rejects. */
export async function run(args: readonly string[], around: Surroundings): Promise<number> {
  if (args[0] === 'import') return runImport(args.slice(1), around);
  if (args[0] === '--version' || args[0] === '-v') {
    around.out(await version());
    return 0;
  }
  const read = readArguments(args);
  if (typeof read === 'string') {
    around.err(`sessionful: ${plain(read)}\nTry: sessionful --help`);
    return 2;
  }
  if (read === undefined) {
    around.out(HELP);
    return 0;
  }
  const printer = new Printer(around, read);
  try {
    printer.step(`loading ${read.module}`);
    const host = await load(read.module, around.cwd);
    const wishes = new Wishes(around);
    const served = await serve(host, { ...read.options, log: (event) => printer.event(event) });
    printer.endpoints(served.url, host);
    return await untilEnded(served, wishes, printer);
  } catch (error) {
    printer.failure(error);
    return 1;
  } finally {
    printer.stop();
  }
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** The arguments, nothing if help is wanted, or what is wrong with them. */
function readArguments(args: readonly string[]): Arguments | string | undefined {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', short: 'p', default: '8080' },
        host: { type: 'string', short: 'H', default: '127.0.0.1' },
        origin: { type: 'string', short: 'o', multiple: true, default: [] },
        quiet: { type: 'boolean', short: 'q', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals: [command, module, ...rest] } = parsed;
  if (values.help || args.length === 0) return undefined;
  if (command !== 'serve') return `there is no command ${JSON.stringify(command ?? '')}, only serve and import`;
  if (module === undefined) return 'serve needs a module';
  if (rest.length > 0) return `serve takes one module, not ${rest.length + 1}`;
  if (!/^\d{1,5}$/.test(values.port)) return `--port ${JSON.stringify(values.port)} is no number`;
  const options: ServeOptions = {
    port: Number(values.port),
    hostname: values.host,
    origins: values.origin.includes('*') ? '*' : values.origin,
  };
  return { module, options, quiet: values.quiet, json: values.json };
}

/** What the process is asked from outside. Whoever sees the first line of output may ask at once. */
class Wishes {
  readonly #early: string[] = [];
  #handle: (signal: string) => void = (signal) => this.#early.push(signal);

  constructor(around: Surroundings) {
    around.onSignal((signal) => this.#handle(signal));
  }

  handle(handle: (signal: string) => void): void {
    this.#handle = handle;
    this.#early.splice(0).forEach(handle);
  }
}

/** Waits until somebody ends the process. */
function untilEnded(served: NodeHost, wishes: Wishes, printer: Printer): Promise<number> {
  return new Promise((resolve) => {
    let asked = 0;
    wishes.handle((signal) => {
      asked += 1;
      if (asked > 1) {
        printer.step(`${signal} again: cutting off`);
        return served.abort();
      }
      printer.draining(() => served.stats);
      served.close().then(() => resolve(0), (error: unknown) => {
        printer.failure(error);
        resolve(1);
      });
    });
  });
}
