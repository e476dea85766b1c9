// What the compiler says about a contract that cannot be: the reason, in words.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const CASES: readonly [name: string, code: string, says: string][] = [
  ['a reserved name', `defineContract({ name: 'X', operations: { then: operation<() => void>() } })`,
    `operation 'then' has a reserved name: choose another`],
  ['the name of a constructor', `defineContract({ name: 'X', operations: { constructor: operation<() => void>() } })`,
    `operation 'constructor' has a reserved name: choose another`],
  ['the key of a prototype', `defineContract({ name: 'X', operations: { ['__proto__']: operation<() => void>() } })`,
    `operation '__proto__' has a reserved name: choose another`],
  ['a name with a space', `defineContract({ name: 'X', operations: { 'add to': operation<() => void>() } })`,
    `operation 'add to' has to be named by letters, digits, _ and $, not beginning with a digit`],
  ['a number for a name', `defineContract({ name: 'X', operations: { '1st': operation<() => void>() } })`,
    `operation '1st' has to be named by letters, digits, _ and $`],
  ['non-initiating without a session',
    `defineContract({ name: 'X', operations: { a: operation<() => void>(), b: operation<() => void>({ initiating: false }) } })`,
    `operation 'b' is non-initiating, which needs a session: set session: 'required'`],
  ['terminating without a session',
    `defineContract({ name: 'X', session: 'notAllowed', operations: { a: operation<() => void>({ terminating: true }) } })`,
    `operation 'a' is terminating, which needs a session: set session: 'required'`],
  ['nothing initiates',
    `defineContract({ name: 'X', session: 'required', operations: { a: operation<() => void>({ initiating: false }) } })`,
    `no operation may begin a session: let one be initiating`],
  ['nothing at all', `defineContract({ name: 'X', operations: {} })`, `the contract has no operations: add at least one`],
  ['one-way with a result', `defineContract({ name: 'X', operations: { a: oneWay<() => number>() } })`,
    `one-way operation 'a' cannot have a result: let it return void, or use operation()`],
  ['one-way with faults', `oneWay<() => void>({ faults: ['A'] })`,
    `a one-way operation cannot declare faults, nobody would receive them: use operation()`],
  ['one-way with a reply', `oneWay<() => void>({ replyAction: 'A' })`, `a one-way operation has no reply`],
  ['no type', `defineContract({ name: 'X', operations: { a: operation() } })`,
    `operation 'a' has no type: write operation<(n: number) => number>() or give schemas`],
  ['optional parameters', `defineContract({ name: 'X', operations: { a: operation<(n?: number) => void>() } })`,
    `operation 'a' has optional or rest parameters, which leave no fixed place for the context: make them required, or take one object`],
  ['rest parameters', `defineContract({ name: 'X', operations: { a: oneWay<(...n: number[]) => void>() } })`,
    `operation 'a' has optional or rest parameters`],
  ['a callback of a callback',
    `defineContract({ name: 'X', operations: { a: operation<() => void>() }, callback: { operations: { b: operation<() => void>() }, callback: { operations: {} } } })`,
    `a callback contract cannot have a callback contract of its own: remove it`],
  ['a callback with a session mode',
    `defineContract({ name: 'X', operations: { a: operation<() => void>() }, callback: { session: 'required', operations: { b: operation<() => void>() } } })`,
    `a callback contract has the session of its contract: remove it`],
  ['a reserved name in a callback',
    `defineContract({ name: 'X', operations: { a: operation<() => void>() }, callback: { operations: { then: operation<() => void>() } } })`,
    `operation 'then' has a reserved name: choose another`],
  ['a callback without operations',
    `defineContract({ name: 'X', operations: { a: operation<() => void>() }, callback: { operations: {} } })`,
    `the callback contract has no operations: add one, or drop it`],
  ['calling back where nothing is',
    `((context: OperationContext<typeof Plain>) => context.callback.progress())`,
    `this contract has no callback contract: add one to defineContract({ callback: ... })`],
  ['no callback object', `new ServiceProxy(CallsBack, { address: '/' })`, `Property 'callbacks' is missing`],
  ['a callback that lacks', `new ServiceProxy(CallsBack, { address: '/', callbacks: {} })`, `Property 'b' is missing`],
  ['a callback object for nothing', `new ServiceProxy(Plain, { address: '/', callbacks: {} })`, `the contract has no callbacks`],
  ['a wrong operation', `plain.sub(1)`, `Property 'sub' does not exist`],
  ['a wrong argument', `plain.add('1', 2)`, `'string' is not assignable to parameter of type 'number'`],
  ['a misspelt option', `operation<() => void>({ initating: false })`, `'initating' does not exist`],
];

/** A file that exists only for the compiler, one case a line. */
const HEAD = `import { defineContract, type Client } from '../contract.js';
import { oneWay, operation } from '../operation.js';
import type { OperationContext } from '../context.js';
import { ServiceProxy } from '../proxy.js';
const CallsBack = defineContract({ name: 'X', operations: { a: operation<() => void>() }, callback: { operations: { b: operation<() => void>() } } });
const Plain = defineContract({ name: 'Plain', operations: { add: operation<(a: number, b: number) => number>() } });
declare const plain: Client<typeof Plain>;
`;

function messages(): string[][] {
  const sources = process.env['SESSIONFUL_SOURCES'] ?? findSources(dirname(fileURLToPath(import.meta.url)));
  const virtual = join(sources, 'test', '$messages.ts');
  const text = HEAD + CASES.map(([, code]) => `void ${code};\n`).join('');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true,
    preserveSymlinks: true, types: [],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => name === virtual ? text : readFile(name);
  host.fileExists = (name) => name === virtual || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => name === virtual
    ? ts.createSourceFile(name, text, language) : getSourceFile(name, language, ...rest);
  const program = ts.createProgram([virtual], options, host);
  const file = program.getSourceFile(virtual);
  assert.ok(file);
  const found: string[][] = CASES.map(() => []);
  for (const diagnostic of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
    const line = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line - HEAD.split('\n').length + 1;
    const said = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    assert.ok(found[line], `the compiler complains about the head: ${said}`);
    found[line].push(said);
  }
  return found;
}

/** The sources, seen from where this file was compiled to. */
function findSources(from: string): string {
  for (let at = from; dirname(at) !== at; at = dirname(at)) {
    for (const candidate of [at, join(at, 'js'), join(at, 'src')]) {
      if (ts.sys.fileExists(join(candidate, 'contract.ts'))) return candidate;
    }
  }
  throw new Error('the sources are not near: set SESSIONFUL_SOURCES');
}

const said = messages();
for (const [index, [name, code, says]] of CASES.entries()) {
  test(`the compiler on ${name}`, () => {
    const all = said[index]?.join('\n') ?? '';
    assert.ok(all.includes(says), `${code}\nshould be refused with\n  ${says}\nand is with\n  ${all || '(nothing)'}`);
  });
}
