// Hostile frames and bodies at a running host; `--count 1000000` by hand, a few here.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const file = (path) => fileURLToPath(new URL(`../../web/${path}`, import.meta.url));

test('20,000 hostile frames and bodies: no crash, no growth, nobody else is touched', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    file('js/test/abuse.mjs'), '--dist', file('dist'), '--host', file('js/test/abuse-real.mjs'), '--count', '20000',
  ]);
  assert.match(stdout, /nothing happened/);
});
