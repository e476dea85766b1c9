// The programs that the playground shows for its scenarios: they compile against the package's types, and
// in Node they open what they set up. A test of the playground holds the files against what it writes today.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { output, project } from './tarball.mjs';
import { compile } from './types.mjs';

const kept = join(import.meta.dirname, '../fixtures/snippets');
const programs = readdirSync(kept).filter((name) => name.endsWith('.ts'));

let home, complaints;
before(async () => {
  home = await project();
  for (const name of programs) copyFileSync(join(kept, name), join(home.folder, name));
  const compilerOptions = {
    target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable', 'ESNext.Disposable'], module: 'NodeNext', strict: true,
    noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, types: [], outDir: 'out',
  };
  writeFileSync(join(home.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  complaints = compile([join(home.folder, 'tsconfig.json')]);
});
after(() => home?.end());

test('there are programs', () => assert.ok(programs.length > 5));

test('every program compiles', () => assert.deepEqual(complaints, []));

describe('programs open what they set up', () => {
  for (const name of programs) {
    test(name, async () => {
      const run = `await import('./out/${basename(name, '.ts')}.js'); console.log('open'); process.exit(0);`;
      assert.equal((await output(process.execPath, ['--input-type=module', '--eval', run], { cwd: home.folder })).trim(), 'open');
    });
  }
});
