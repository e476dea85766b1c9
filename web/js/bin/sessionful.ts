#!/usr/bin/env node
/**
 * The command `sessionful`.
 *
 * @module
 */

import { run } from './run.js';

// A reader that has seen enough (`| head`) is no reason for a stack trace.
process.stdout.on('error', () => process.exit(0));

void run(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  color: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  cwd: process.cwd(),
  onSignal: (handler) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => handler(signal));
  },
}).then((code) => process.exit(code));
