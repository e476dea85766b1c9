// The examples of the guide to WCF: each compiles against what an import of the samples gives, and prints
// what its arrows say.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { exportWsdl, importWsdl } from 'sessionful/wcf';
import { hosts } from './habitats/wcf-hosts.mjs';
import { description } from './habitats/wcf-samples.mjs';
import { output } from './tarball.mjs';
import { compile } from './types.mjs';

const guide = readFileSync(new URL('../../web/guide/wcf.md', import.meta.url), 'utf8');
const programs = new Map([...guide.matchAll(/^```ts\n\/\/ (\w+\.ts)\n(.*?)^```$/gms)].map(([, name, text]) => [name, text]));
const arrows = (text) => text.split('\n').flatMap((line) => line.split(' // → ')[1]?.split(' → ') ?? []);

let folder, up;
before(async () => {
  up = await hosts();
  folder = mkdtempSync(join(tmpdir(), 'sessionful-guide-'));
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['sessionful', '@types/node', 'ws']) symlinkSync(join(import.meta.dirname, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const wsdl = await exportWsdl(description, [
    { name: 'Session', contract: 'ICalculator', wire: 'socketText', address: `${up.url.replace('http', 'ws')}/calculator/socketText` },
    { name: 'Echo', contract: 'IEcho', wire: 'basicHttp', address: `${up.url}/echo/basicHttp` },
  ]);
  writeFileSync(join(folder, 'service.ts'), (await importWsdl('samples.wsdl', async () => wsdl)).typescript);
  for (const [name, text] of programs) writeFileSync(join(folder, name), text);
  const compilerOptions = {
    target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2022', 'DOM', 'DOM.Iterable', 'ESNext.Disposable'], types: ['node'],
    strict: true, exactOptionalPropertyTypes: true, rewriteRelativeImportExtensions: true, outDir: 'out',
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});
after(() => {
  up?.end();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

test('every example compiles under strict', () => {
  assert.deepEqual([...programs.keys()], ['call.ts', 'faults.ts', 'serve.ts']);
  assert.deepEqual(compile([join(folder, 'tsconfig.json')]), []);
});

for (const [name, text] of programs) {
  test(`${name} prints what its arrows say`, async () => {
    const printed = await output(process.execPath, [join('out', name.replace('.ts', '.js'))], { cwd: folder });
    assert.deepEqual(printed.trimEnd().split('\n'), arrows(text));
  });
}
