// `npx sessionful import`: code from the descriptions that CoreWCF publishes, which compiles under `strict`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { site } from './site.mjs';
import { compile } from './types.mjs';

const installed = join(import.meta.dirname, 'node_modules/sessionful');
const command = join(installed, 'dist/bin/sessionful.js');
const baselines = join(import.meta.dirname, '../fixtures/golden/corewcf-wsdl');
const duplex = join(import.meta.dirname, '../../core/wcf/tests/wsdl/duplex.wsdl');
const files = [...readdirSync(baselines).filter((name) => name.endsWith('.wsdl')).map((name) => join(baselines, name)), duplex];

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessionful-import-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(installed, join(folder, 'node_modules/sessionful'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
});
after(() => rmSync(folder, { recursive: true }));

/** Runs the command: its exit code and what it said. */
const run = (...args) => new Promise((resolve) => {
  execFile(process.execPath, [command, 'import', ...args], { cwd: folder, maxBuffer: 1 << 24 }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
});

describe('npx sessionful import', () => {
  test('every baseline becomes a module that compiles under strict', async () => {
    assert.equal(files.length, 6);
    for (const [at, file] of files.entries()) {
      const { code, err } = await run(file, '--out', `service${at}.ts`);
      assert.equal(code, 0, `${file}: ${err}`);
    }
    const compilerOptions = {
      target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable', 'ESNext.Disposable'], module: 'NodeNext', strict: true,
      noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, types: [], noEmit: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    assert.deepEqual(compile([join(folder, 'tsconfig.json')]), []);
  });

  test('a module has types with documentation, contracts and endpoints', async () => {
    const { code, out } = await run(duplex);
    assert.equal(code, 0);
    for (const part of [
      'export interface IShapes {', 'export interface IShapesCallback {', "import { contractOf } from 'sessionful/wcf';",
      "export const IShapes = contractOf<IShapes, IShapesCallback>(description, 'IShapes');", '"address": "ws://localhost/shapes"', 'Draws. * / alert(1)',
    ]) assert.ok(out.includes(part), part);
  });

  test('what is not supported is named, with what to do', async () => {
    const { err } = await run(duplex, '--out', 'left.ts');
    for (const what of [/Chosen: xs:choice.*XmlSerializer/, /Linked.*IsReference/, /Old: .*message contracts/, /Secure: .*message security/, /Tcp: .*net|Tcp: the transport/]) {
      assert.match(err, what);
    }
  });

  test('Rust by option or by the name of the file', async () => {
    assert.match((await run(duplex, '--rust')).out, /pub struct|pub trait|service_contract/);
    assert.equal((await run(duplex, '--out', 'shapes.rs')).code, 0);
    assert.match(readFileSync(join(folder, 'shapes.rs'), 'utf8'), /pub struct|pub trait|service_contract/);
  });

  test('from an address, with its parts beside it', async () => {
    const served = await site(join(duplex, '..'), '');
    try {
      const { code, out } = await run(`${served.origin}/duplex.wsdl`);
      assert.equal(code, 0);
      assert.match(out, /export interface Shape /);
      const missing = await run(`${served.origin}/nothing.wsdl`);
      assert.deepEqual([missing.code, /status 404/.test(missing.err)], [1, true]);
    } finally {
      served.end();
    }
  });

  test('what is no description is told as that', async () => {
    writeFileSync(join(folder, 'page.html'), '<html xmlns="http://www.w3.org/1999/xhtml"/>');
    const page = await run('page.html');
    assert.equal(page.code, 1);
    assert.match(page.err, /no WSDL/);
    assert.equal((await run('missing.wsdl')).code, 1);
    assert.equal((await run('http://127.0.0.1:1/x')).code, 1);
  });

  test('the command line is checked', async () => {
    for (const args of [[], ['a', 'b'], ['--nonsense'], ['--out']]) assert.equal((await run(...args)).code, 2, args.join(' '));
    const { code, out } = await run('--help');
    assert.deepEqual([code, out.includes('Usage: sessionful import')], [0, true]);
  });
});
