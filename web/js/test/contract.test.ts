import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineContract, isContract } from '../contract.js';
import { ContractError, FaultError } from '../errors.js';
import { Fault, isFault } from '../fault.js';
import { oneWay, operation, placeArguments } from '../operation.js';
import type { StandardSchema } from '../standard-schema.js';
import { validate } from '../standard-schema.js';

/** What JavaScript can do and TypeScript would refuse. */
const define = defineContract as (draft: unknown) => unknown;
const reply = operation as (options?: unknown) => unknown;
const told = oneWay as (options?: unknown) => unknown;

function refuses(code: string, make: () => unknown, message?: RegExp): void {
  assert.throws(make, (error) => {
    assert.ok(error instanceof ContractError, String(error));
    assert.equal(error.code, code);
    if (message !== undefined) assert.match(error.message, message);
    assert.ok(error.next.length > 0 && !error.next.includes('{'));
    return true;
  });
}

const Calculator = defineContract({
  name: 'Calculator',
  session: 'required',
  operations: {
    clear: operation<() => void>(),
    addTo: operation<(n: number) => number>({ initiating: false, parameters: 1 }),
    equals: operation<() => number>({ initiating: false, terminating: true }),
    log: oneWay<(text: string) => void>({ action: 'urn:log' }),
    divide: operation<(a: number, b: number) => number, { DivideByZero: { by: number } }>({ faults: ['DivideByZero'] }),
  },
  callback: { operations: { progress: oneWay<(percent: number) => void>() } },
});

const plain = { action: '', replyAction: '', oneWay: false, initiating: true, terminating: false, faults: [] };

describe('a contract', () => {
  test('is what the core reads', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(Calculator.toCore())), {
      name: 'Calculator',
      session: 'required',
      operations: [
        { ...plain, name: 'clear' },
        { ...plain, name: 'addTo', initiating: false },
        { ...plain, name: 'equals', initiating: false, terminating: true },
        { ...plain, name: 'log', oneWay: true, action: 'urn:log' },
        { ...plain, name: 'divide', faults: [{ kind: 'DivideByZero', action: '' }] },
      ],
      callback: {
        name: 'CalculatorCallback',
        session: 'required',
        operations: [{ ...plain, name: 'progress', oneWay: true }],
      },
    });
  });

  test('is frozen in depth, and what it gave away is not it', () => {
    const frozen = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      assert.ok(Object.isFrozen(value));
      Object.values(value).forEach(frozen);
    };
    frozen(Calculator);
    Calculator.toCore().operations.length = 0;
    assert.equal(Calculator.toCore().operations.length, 5);
  });

  test('has no operations by inheritance', () => {
    assert.equal(Object.getPrototypeOf(Calculator.operations), null);
    assert.equal((Calculator.operations as Record<string, unknown>)['constructor'], undefined);
  });

  test('is known for one, a look-alike is not', () => {
    assert.ok(isContract(Calculator));
    assert.ok(!isContract({ ...Calculator }));
  });

  test('keeps what was given, whatever becomes of the draft', () => {
    const operations: Record<string, unknown> = { a: reply() };
    const contract = define({ name: 'X', operations }) as typeof Calculator;
    operations['b'] = reply();
    assert.deepEqual(Object.keys(contract.operations), ['a']);
  });
});

describe('the rules at run time', () => {
  test('SESS-9', () => {
    refuses('CONTRACT_NO_OPERATIONS', () => define({ name: 'X', operations: {} }));
    refuses('CONTRACT_NOTHING_INITIATES', () =>
      define({ name: 'X', session: 'required', operations: { a: reply({ initiating: false }) } }));
    refuses('CONTRACT_NEEDS_SESSION', () =>
      define({ name: 'X', operations: { a: reply(), b: reply({ initiating: false }) } }), /operation b/);
    refuses('CONTRACT_NEEDS_SESSION', () =>
      define({ name: 'X', session: 'notAllowed', operations: { a: reply({ terminating: true }) } }));
    refuses('CONTRACT_NEEDS_SESSION', () => define({
      name: 'X', operations: { a: reply() }, callback: { operations: { b: reply({ terminating: true }) } },
    }));
  });

  test('OP-2', () => {
    const of = (options: unknown) => () => define({ name: 'X', operations: { a: told(options) } });
    refuses('CONTRACT_ONE_WAY_WITH_FAULT', of({ faults: ['A'] }), /operation a/);
    refuses('CONTRACT_ONE_WAY_WITH_REPLY', of({ replyAction: 'A' }));
    refuses('CONTRACT_ONE_WAY_WITH_REPLY', of({ output: anything }));
  });

  test('OP-5', () => {
    refuses('CONTRACT_CALLBACK_OF_CALLBACK', () => define({
      name: 'X', operations: { a: reply() },
      callback: { operations: { b: reply() }, callback: { operations: { c: reply() } } },
    }));
  });

  test('OP-6', () => {
    refuses('CONTRACT_SAME_ACTION', () => define({ name: 'X', operations: { a: reply({ action: '*' }), b: reply({ action: '*' }) } }));
    refuses('CONTRACT_SAME_ACTION', () => define({ name: 'X', operations: { a: reply(), b: reply({ action: 'X/a' }) } }));
  });

  test('names', () => {
    for (const name of ['then', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', '__defineGetter__']) {
      refuses('CONTRACT_NAME', () => define({ name: 'X', operations: { [name]: reply() } }), /reserved/);
    }
    refuses('CONTRACT_NAME', () => define({ name: 'X', operations: { ['__proto__']: reply() } }), /reserved/);
    for (const name of ['', 'a b', '1st', 'a/b', 'ä', 'a\n', 'a'.repeat(129)]) {
      refuses('CONTRACT_NAME', () => define({ name: 'X', operations: { [name]: reply() } }), /letters, digits/);
    }
    for (const name of ['', 'a b', '\u001b[31m', 'a'.repeat(129)]) {
      refuses('CONTRACT_NAME', () => define({ name, operations: { a: reply() } }));
    }
  });

  test('a prototype is no place for operations', () => {
    refuses('CONTRACT_SHAPE', () => define({ name: 'X', operations: { __proto__: { a: reply() }, b: reply() } }), /prototype/);
    refuses('CONTRACT_SHAPE', () => define({ name: 'X', operations: new (class { a = reply(); })() }), /prototype/);
    const contract = define({ name: 'X', operations: Object.assign(Object.create(null), { a: reply() }) });
    assert.ok(isContract(contract));
  });

  test('shapes', () => {
    for (const draft of [undefined, null, 1, 'x', [], () => {}]) refuses('CONTRACT_SHAPE', () => define(draft));
    for (const operations of [undefined, null, 1, []]) refuses('CONTRACT_SHAPE', () => define({ name: 'X', operations }));
    for (const made of [undefined, () => {}, { oneWay: false, initiating: true }, 'a']) {
      refuses('CONTRACT_SHAPE', () => define({ name: 'X', operations: { a: made } }), /operation\(\) or oneWay\(\)/);
    }
    refuses('CONTRACT_SHAPE', () => define({ name: 'X', session: 'always', operations: { a: reply() } }));
    refuses('CONTRACT_SHAPE', () => define({ name: 7, operations: { a: reply() } }));
    refuses('CONTRACT_NAME', () => define({ name: 'X', operation: {}, operations: { a: reply() } }), /"operation"/);
  });

  test('options', () => {
    refuses('CONTRACT_NAME', () => reply({ initating: false }), /"initating"/);
    refuses('CONTRACT_SHAPE', () => reply({ initiating: 'no' }));
    refuses('CONTRACT_SHAPE', () => reply({ action: 7 }));
    refuses('CONTRACT_SHAPE', () => reply({ parameters: 1.5 }));
    refuses('CONTRACT_SHAPE', () => reply({ input: {} }), /Standard Schema/);
    refuses('CONTRACT_NAME', () => reply({ faults: ['A', 'A'] }));
    refuses('CONTRACT_NAME', () => reply({ faults: [''] }));
    refuses('CONTRACT_SHAPE', () => reply('initiating'));
  });
});

const anything: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };

describe('schemas', () => {
  test('are kept with the operation', () => {
    const made = operation({ input: anything as StandardSchema<[number]>, output: anything, faults: { Bad: anything } });
    assert.equal(made.input, anything);
    assert.equal(made.output, anything);
    assert.deepEqual(made.faults, [{ kind: 'Bad', action: '', detail: anything }]);
  });

  test('say where, and never what', async () => {
    const strict: StandardSchema = { '~standard': {
      version: 1, vendor: 'test',
      validate: async () => ({ issues: [{ message: 'too long', path: [0, { key: 'name' }] }, { message: 'no' }] }),
    } };
    await assert.rejects(validate(strict, ['hunter2'], (reason) => new Error(reason)), { message: '0.name: too long; no' });
    assert.equal(await validate(anything, 7, Error), 7);
  });
});

describe('the arguments of a method', () => {
  const context = { session: 'real' };

  test('end with the context', () => {
    assert.deepEqual(placeArguments(Calculator.operations.addTo, [1], context), [1, context]);
    assert.deepEqual(placeArguments(Calculator.operations.divide, [1, 2], context), [1, 2, context]);
  });

  test('are as many as there should be, so that none is taken for the context', () => {
    for (const given of [[], [1, { session: 'forged' }]]) {
      assert.throws(() => placeArguments(Calculator.operations.addTo, given, context), { code: 'DeserializationFailed' });
    }
  });
});

describe('faults', () => {
  const error = new FaultError({ code: 'DivideByZero', reason: 'no', kind: 'DivideByZero', detail: { by: 0 } });

  test('are told apart by contract, operation and kind', () => {
    assert.ok(isFault(error));
    assert.ok(isFault(error, Calculator, 'divide', 'DivideByZero'));
    const loosely = isFault as (...all: unknown[]) => boolean;
    assert.ok(!loosely(error, Calculator, 'clear', 'DivideByZero'), 'not declared there');
    assert.ok(!loosely(error, Calculator, 'divide', 'Other'));
    assert.ok(!loosely(error, Calculator, 'constructor', 'DivideByZero'));
    assert.ok(!isFault(new Error('DivideByZero')));
    const bare = new FaultError({ code: 'DivideByZero', reason: 'no', kind: 'DivideByZero' });
    assert.ok(!isFault(bare, Calculator, 'divide', 'DivideByZero'), 'a detail is promised by the type');
  });

  test('carry what the service meant', () => {
    const fault = new Fault('DivideByZero', 'no', { kind: 'DivideByZero', detail: { by: 0 } });
    assert.deepEqual([fault.code, fault.reason, fault.kind, fault.detail], ['DivideByZero', 'no', 'DivideByZero', { by: 0 }]);
    assert.equal(new Fault('Late').reason, 'Late');
    assert.throws(() => new Fault(''), TypeError);
  });
});
