// The package from its tarball: in every bundler, in plain pages, in Node and workerd, and for the compiler.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import nodeResolve from '@rollup/plugin-node-resolve';
import * as vite from 'vite';
import * as vite7 from 'vite7';
import webpack from 'webpack';
import workerd from 'workerd';
import { launch, site, visit } from './site.mjs';
import { output, project } from './tarball.mjs';
import { compile } from './types.mjs';

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";
const CALLS = { sums: [1, 3, 3], shouted: 'HELLO', fault: { length: 0 }, leaks: [] };
const WITH_WORKERS = { ...CALLS, echoed: 'from a worker', failed: 'DisconnectedError' };

let home, browser;
/** A path in the project that has the package. */
const at = (...parts) => join(home.folder, ...parts);

before(async () => {
  home = await project(['@types/node']);
  cpSync(join(import.meta.dirname, 'consumers'), home.folder, { recursive: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  home?.end();
});

/** Opens a page of a folder under the policy, and ends the site again. */
async function visited(folder, path = 'index.html', policy = POLICY) {
  const served = await site(folder, policy);
  try {
    return await visit(browser, `${served.origin}/${path}`);
  } finally {
    served.end();
  }
}

function page(folder, type = 'module') {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>page</title><script type="${type}" src="./main.js"></script>\n`);
}

describe('bundlers', () => {
  test('Vite, built', async () => {
    await vite.build({
      root: at('vite'), base: './', logLevel: 'error', worker: { format: 'es' }, build: { outDir: at('out/vite'), target: 'es2022' },
    });
    const { value, binaries } = await visited(at('out/vite'));
    assert.deepEqual(value, WITH_WORKERS);
    assert.equal(binaries.length, 1, 'page and workers share one binary');
  });

  // Until version 7 the copy that the server makes of a dependency leaves the binary behind.
  for (const [name, { createServer }, optimizeDeps] of [['8', vite, {}], ['7', vite7, { exclude: ['sessionful'] }]]) {
    test(`Vite ${name}, as a development server`, async () => {
      const server = await createServer({
        root: home.folder, cacheDir: `.vite-${name}`, logLevel: 'error', optimizeDeps, server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
      });
      try {
        await server.listen();
        const { port } = server.httpServer.address();
        assert.deepEqual((await visit(browser, `http://127.0.0.1:${port}/vite/index.html`)).value, WITH_WORKERS);
      } finally {
        await server.close();
      }
    });
  }

  test('webpack 5', async () => {
    const compiler = webpack({
      mode: 'production', context: at('webpack'), entry: './main.mjs', output: { path: at('out/webpack'), filename: 'main.js', publicPath: 'auto' },
    });
    const stats = await new Promise((resolve, reject) => compiler.run((error, done) => error ? reject(error) : resolve(done)));
    await new Promise((resolve) => compiler.close(resolve));
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    assert.deepEqual([...errors, ...warnings.filter(({ message }) => !/size limit|performance/.test(message))].map(({ message }) => message), []);
    page(at('out/webpack'));
    const { value, binaries } = await visited(at('out/webpack'));
    assert.deepEqual(value, WITH_WORKERS);
    assert.equal(binaries.length, 1, 'page and workers share one binary');
  });

  test('esbuild, the binary by name', async () => {
    await esbuild.build({
      entryPoints: [at('esbuild/main.mjs')], bundle: true, minify: true, format: 'esm', outdir: at('out/esbuild'), loader: { '.wasm': 'file' }, publicPath: '/', logLevel: 'error',
    });
    page(at('out/esbuild'));
    assert.deepEqual((await visited(at('out/esbuild'))).value, CALLS);
  });

  for (const [name, format] of [['main', 'iife'], ['copied', 'es']]) {
    test(`Rollup, ${name === 'main' ? 'all in one classic script' : 'the binary beside it'}`, async () => {
      const bundle = await rollup({ input: at(`rollup/${name}.mjs`), plugins: [nodeResolve({ browser: true })], onLog: (level, log) => { throw new Error(log.message); } });
      await bundle.write({ file: at(`out/${name}/main.js`), format, name: 'app' });
      await bundle.close();
      page(at(`out/${name}`), format === 'iife' ? 'text/javascript' : 'module');
      if (name === 'copied') cpSync(join(home.installed, 'dist/wasm/sessionful_bg.wasm'), at('out/copied/sessionful_bg.wasm'));
      const { value, binaries } = await visited(at(`out/${name}`));
      assert.deepEqual(value, CALLS);
      assert.equal(binaries.length, name === 'copied' ? 1 : 0);
    });
  }
});

describe('without a bundler', () => {
  test('a page with an import map, under a strict policy', async () => {
    const map = JSON.stringify({ imports: { sessionful: '/node_modules/sessionful/dist/entry/web.js' } });
    const hash = createHash('sha256').update(map).digest('base64');
    writeFileSync(at('plain.html'), `<!doctype html><title>plain</title><script type="importmap">${map}</script><script type="module" src="./plain/main.mjs"></script>\n`);
    const { value } = await visited(home.folder, 'plain.html', POLICY.replace("'self' 'wasm", `'self' 'sha256-${hash}' 'wasm`));
    assert.deepEqual(value, CALLS);
  });

  test('Node', async () => {
    assert.deepEqual(JSON.parse(await output(process.execPath, ['node/main.mjs'], { cwd: home.folder })), CALLS);
  });

  test('workerd, which gets the binary as a module', async () => {
    mkdirSync(at('out/workerd'), { recursive: true });
    await esbuild.build({
      entryPoints: [at('workerd/main.mjs')], bundle: true, format: 'esm', outfile: at('out/workerd/main.js'), conditions: ['workerd'],
      logLevel: 'error',
      plugins: [{ name: 'binary', setup: ({ onResolve }) => onResolve({ filter: /\.wasm$/ }, () => ({ path: 'sessionful_bg.wasm', external: true })) }],
    });
    cpSync(join(home.installed, 'dist/wasm/sessionful_bg.wasm'), at('out/workerd/sessionful_bg.wasm'));
    cpSync(at('workerd/config.capnp'), at('out/workerd/config.capnp'));
    assert.deepEqual(await answerOf(at('out/workerd')), CALLS);
  });
});

/** Starts workerd, asks it once and ends it. */
async function answerOf(folder) {
  // It writes a line for each event to the descriptor that it is given, ports among them.
  const child = spawn(workerd.default ?? workerd, ['serve', 'config.capnp', '--control-fd=3'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  try {
    const port = await new Promise((resolve, reject) => {
      child.once('error', reject).once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
      let told = '';
      child.stdio[3].on('data', (data) => {
        told += data;
        for (const line of told.split('\n').filter((text) => text.endsWith('}'))) {
          const event = JSON.parse(line);
          if (event.event === 'listen') resolve(event.port);
        }
      });
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  } finally {
    child.removeAllListeners('exit').kill();
  }
}

describe('sessionful/wcf', () => {
  const CALL = {
    sum: 3, address: 'http://service.example/adder', action: '"urn:adder/IAdder/Add"',
    body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Add xmlns="urn:adder"><a>1</a><b>2</b></Add></s:Body></s:Envelope>',
  };

  test('Node', async () => {
    assert.deepEqual(JSON.parse(await output(process.execPath, ['wcf/node.mjs'], { cwd: home.folder })), CALL);
  });

  test('Vite, built: a page that calls loads two binaries', async () => {
    await vite.build({ root: at('wcf'), base: './', logLevel: 'error', build: { outDir: at('out/wcf'), target: 'es2022' } });
    const { value, binaries } = await visited(at('out/wcf'));
    assert.deepEqual(value, CALL);
    assert.equal(binaries.length, 2, 'the runtime and SOAP, without WSDL');
  });
});

describe('types', () => {
  test('every entry, under bundler, node16 and nodenext; a page and a worker by their own libraries', () => {
    const configs = ['bundler', 'node16', 'nodenext', 'page', 'worker'].map((name) => at(`types/${name}.json`));
    assert.deepEqual(compile(configs), []);
  });

  test('publint has nothing to say', async () => {
    const { publint } = await import('publint');
    const { messages } = await publint({ pkgDir: home.installed, strict: true });
    assert.deepEqual(messages, []);
  });

  test('the types are not wrong', async () => {
    const attw = join(import.meta.dirname, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    await output(process.execPath, [attw, home.tarball, '--profile', 'esm-only'], { cwd: home.folder });
  });
});

describe('what is in the tarball', () => {
  const files = () => readdirSync(home.installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const scripts = () => files().filter((file) => file.endsWith('.js')).map((file) => [file, readFileSync(file, 'utf8')]);

  test('no binary tells where it was built', () => {
    for (const file of files().filter((name) => name.endsWith('.wasm'))) {
      assert.doesNotMatch(readFileSync(file, 'latin1'), /registry\/src/, file);
    }
  });

  test('four binaries, two more for Node, no tests, a licence and a manual', () => {
    const names = files().map((file) => file.slice(home.installed.length + 1));
    assert.deepEqual(names.filter((name) => name.endsWith('.wasm')).sort(),
      ['client', 'fast/sessionful', 'fast/wcf', 'sessionful', 'wcf', 'wsdl'].map((name) => `dist/wasm/${name}_bg.wasm`));
    assert.deepEqual(names.filter((name) => name.includes('test/')), []);
    for (const name of ['LICENSE', 'README.md', 'package.json']) assert.ok(names.includes(name), name);
  });

  test('nothing that a content security policy forbids', () => {
    for (const [file, text] of scripts()) assert.doesNotMatch(text, /\bnew\s+Function\b|\beval\s*\(/, file);
  });

  test('no await outside of functions: it blocks bundles for older targets', async () => {
    for (const [file, text] of scripts()) {
      // A classic script knows no such await; the compiler tells it from all others.
      await esbuild.transform(text, { format: 'iife', logLevel: 'silent' }).catch((error) => assert.fail(`${file}: ${error.message}`));
    }
  });

  test('every export leads to files', async () => {
    const { exports } = JSON.parse(readFileSync(join(home.installed, 'package.json'), 'utf8'));
    const targets = Object.values(exports).flatMap((target) => typeof target === 'string' ? [target] : Object.values(target));
    for (const target of targets) assert.ok(files().includes(join(home.installed, target)), target);
    for (const target of Object.values(exports).filter((one) => typeof one === 'object')) assert.equal(Object.keys(target)[0], 'types');
  });

  test('a contract alone needs nothing of the runtime', async () => {
    const weigh = async (names) => {
      const { outputFiles, metafile } = await esbuild.build({
        stdin: { contents: `import { ${names} } from 'sessionful'; globalThis.used = [${names}];`, resolveDir: home.folder },
        bundle: true, minify: true, format: 'esm', write: false, metafile: true, logLevel: 'error',
      });
      const [{ inputs }] = Object.values(metafile.outputs);
      const used = Object.entries(inputs).filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('/dist/'));
      return { bytes: outputFiles[0].contents.length, used: used.map(([path]) => path.split('/dist/')[1]).sort() };
    };
    const contract = await weigh('defineContract, operation');
    assert.deepEqual(contract.used, ['causes.js', 'contract.js', 'entry/web.js', 'errors.js', 'loader.js', 'operation.js', 'standard-schema.js']);
    const whole = await weigh('defineContract, operation, ServiceProxy, ServiceHost');
    assert.ok(contract.bytes < whole.bytes / 3, `${contract.bytes} of ${whole.bytes} bytes`);
  });
});
