// What the package weighs, by entry: printed, and held against budgets that only a decision raises.
// `UPDATE_SIZES=1 node --test size.test.mjs` writes the budgets anew: what is measured and 2 % of leeway.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ENTRIES = {
  'client': { from: 'sessionful/client', names: 'ServiceProxy, defineContract, network', wasm: 'client' },
  'client + host': { from: 'sessionful', names: 'ServiceProxy, ServiceHost, defineContract, network', wasm: 'sessionful' },
  'slim, all of it': { from: 'sessionful/slim', names: '*' },
  'inline, all of it': { from: 'sessionful/inline', names: '*' },
  'node, all of it': { from: 'sessionful/node', names: '*', platform: 'node' },
  'wcf, beyond the client': {
    from: 'sessionful', names: 'ServiceProxy, network', wasm: 'wcf', beyond: "import { contractOf, endpointOf } from 'sessionful/wcf'; globalThis.beyond = [contractOf, endpointOf];",
  },
  'wcf, its binary': { wasm: 'wcf' },
  'wsdl, its binary': { wasm: 'wsdl' },
  'contract alone': { from: 'sessionful', names: 'defineContract, operation' },
};

const FILE = new URL('sizes.json', import.meta.url);
const KINDS = ['raw', 'gzip', 'brotli'];
const LEEWAY = 1.02;
const { bars, budgets } = JSON.parse(readFileSync(FILE, 'utf8'));
const binary = (name) => readFileSync(new URL(`node_modules/sessionful/dist/wasm/${name}_bg.wasm`, import.meta.url));
/** The files that an entry comes to: what is bundled of it, and its binary. */
const filesOf = async ({ wasm, ...entry }) => [
  ...(entry.from === undefined ? [] : [await script(entry)]), ...(wasm === undefined ? [] : [binary(wasm)]),
];

async function script({ from, names, beyond = '', platform = 'browser' }) {
  const imported = names === '*' ? '* as used' : `{ ${names} }`;
  const { outputFiles } = await build({
    stdin: { contents: `import ${imported} from '${from}'; globalThis.used = ${names === '*' ? 'used' : `[${names}]`}; ${beyond}`, resolveDir: import.meta.dirname },
    bundle: true, minify: true, format: 'esm', target: 'es2022', platform, external: ['ws'], write: false, logLevel: 'error',
  });
  return outputFiles[0].contents;
}

/** What a user downloads: files are compressed one by one. */
function weigh(files) {
  const sum = (size) => files.reduce((total, file) => total + size(file).length, 0);
  return {
    raw: sum((file) => file),
    gzip: sum((file) => gzipSync(file, { level: 9 })),
    brotli: sum((file) => brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: file.length } })),
  };
}

/** What one adds to the other. */
const minus = (whole, part) => Object.fromEntries(KINDS.map((kind) => [kind, whole[kind] - part[kind]]));

const isUpdating = process.env.UPDATE_SIZES !== undefined;
/** A bar that is met stays met. */
const budgetFor = (weight, bar = Infinity) => Object.fromEntries(KINDS.map((kind) => {
  const budget = Math.ceil(weight[kind] * LEEWAY / 100) * 100;
  return [kind, kind === 'gzip' && weight.gzip <= bar ? Math.min(budget, bar) : budget];
}));

const kilo = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;

describe('size', () => {
  after(() => { if (isUpdating) writeFileSync(FILE, `${JSON.stringify({ bars, budgets }, null, 2)}\n`); });
  for (const [name, entry] of Object.entries(ENTRIES)) {
    test(name, async (t) => {
      const weight = entry.beyond === undefined ? weigh(await filesOf(entry))
        : minus(weigh(await filesOf(entry)), weigh(await filesOf({ ...entry, beyond: '', wasm: undefined })));
      const bar = bars[name] === undefined ? '' : `; the bar is ${kilo(bars[name])} gzip, ${weight.gzip <= bars[name] ? 'met' : 'not met yet'}`;
      t.diagnostic(`${name}: ${kilo(weight.raw)}, ${kilo(weight.gzip)} gzip, ${kilo(weight.brotli)} brotli${bar}`);
      if (isUpdating) budgets[name] = budgetFor(weight, bars[name]);
      const budget = budgets[name];
      if (weight.gzip < budget.gzip * 0.9) t.diagnostic(`${name}: the budget is ${kilo(budget.gzip)} gzip and could be lowered`);
      for (const kind of KINDS) {
        assert.ok(weight[kind] <= budget[kind], `${name} is ${weight[kind]} bytes ${kind}, the budget is ${budget[kind]}: `
          + 'make it smaller, or raise the budget in tests/npm/sizes.json and say why in CHANGELOG.md');
      }
    });
  }
});
