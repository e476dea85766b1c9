// Checked by the compiler: what is right compiles, what is wrong does not.
// The texts of the messages are checked by ../messages.test.mts.

import type { CallbackClient, Callbacks, Client, FaultsOf, Service } from '../../contract.js';
import { defineContract } from '../../contract.js';
import type { OperationContext } from '../../context.js';
import { Fault, isFault } from '../../fault.js';
import { oneWay, operation } from '../../operation.js';
import type { StandardSchema } from '../../standard-schema.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['not the same', A, B]): void {}

declare const tuple: StandardSchema<[string, number], [string, Date]>;
declare const date: StandardSchema<string, Date>;
declare const detail: StandardSchema<{ at: string }, { at: Date }>;

export const Calculator = defineContract({
  name: 'Calculator',
  session: 'required',
  operations: {
    clear: operation<() => void>(),
    addTo: operation<(n: number) => number>({ initiating: false, parameters: 1 }),
    equals: operation<() => number>({ initiating: false, terminating: true }),
    last: operation<() => Promise<number>>({ terminating: true }),
    log: oneWay<(text: string) => void>(),
    parse: operation({ input: tuple, output: date, faults: { BadDate: detail }, initiating: false }),
    note: oneWay({ input: tuple }),
    divide: operation<(a: number, b: number) => number, { DivideByZero: { by: number } }>({ faults: ['DivideByZero'] }),
  },
  callback: {
    name: 'Progress',
    operations: {
      progress: oneWay<(percent: number) => void>(),
      confirm: operation<(question: string) => boolean>(),
    },
  },
});
type Calculator = typeof Calculator;

const Plain = defineContract({ name: 'Plain', operations: { add: operation<(a: number, b: number) => number>() } });
type Plain = typeof Plain;

// ---- Clients
declare const client: Client<Calculator>;
same<typeof client.clear, () => Promise<void>>();
same<typeof client.addTo, (n: number) => Promise<number>>();
same<typeof client.last, () => Promise<number>>();
same<typeof client.log, (text: string) => Promise<void>>();
same<ReturnType<typeof client.parse>, Promise<Date>>();
same<Parameters<typeof client.parse>, [string, number]>();
same<Parameters<typeof client.note>, [string, number]>();
same<ReturnType<typeof client.note>, Promise<void>>();
same<Calculator['session'], 'required'>();
same<Plain['session'], 'allowed'>();
same<Plain['callback'], undefined>();
same<FaultsOf<Calculator, 'divide'>, { DivideByZero: { by: number } }>();
same<FaultsOf<Calculator, 'parse'>, { readonly BadDate: { at: Date } }>();
// @ts-expect-error no such operation
client.addTwo(1);
// @ts-expect-error a wrong argument
client.addTo('1');
// @ts-expect-error too many arguments
client.clear(1);
// @ts-expect-error too few arguments
client.divide(1);
// @ts-expect-error a wrong result
client.equals() satisfies Promise<string>;
// @ts-expect-error methods are not variables
client.clear = async () => {};

// ---- Services
class Sums implements Service<Calculator> {
  #sum = 0;
  clear(): void { this.#sum = 0; }
  async addTo(n: number, context: OperationContext<Calculator>): Promise<number> {
    await context.callback.progress(50);
    same<boolean, Awaited<ReturnType<typeof context.callback.confirm>>>();
    same<typeof context.operation, keyof Calculator['operations']>();
    return this.#sum += n;
  }
  equals(): number { return this.#sum; }
  last(): number { return this.#sum; }
  log(): void {}
  parse(text: string, at: Date): string { return text + at.toISOString(); }
  note(_text: string, at: Date): void { at.getTime(); }
  divide(a: number, b: number): number {
    if (b === 0) throw new Fault('DivideByZero', 'no', { kind: 'DivideByZero', detail: { by: b } });
    return a / b;
  }
}
new Sums() satisfies Service<Calculator>;

const plain: Service<Plain> = { add: (a, b) => a + b };
void plain;
// @ts-expect-error an operation is missing
({}) satisfies Service<Plain>;
// @ts-expect-error a wrong result
({ add: () => 'three' }) satisfies Service<Plain>;
// @ts-expect-error a wrong argument
({ add: (a: string, b: number) => a.length + b }) satisfies Service<Plain>;
// @ts-expect-error there is nothing to call back
({ add: (a, b, context) => { void context.callback.progress(1); return a + b; } }) satisfies Service<Plain>;

// ---- Callback objects
const callbacks: Callbacks<Calculator> = { progress: (percent) => void percent.toFixed(), confirm: async () => true };
void callbacks;
same<keyof CallbackClient<Calculator>, 'progress' | 'confirm'>();
// @ts-expect-error a wrong result
({ progress() {}, confirm: () => 'yes' }) satisfies Callbacks<Calculator>;
// @ts-expect-error there is nothing to call back
({}) satisfies Callbacks<Plain>;

// ---- Faults
export function faults(error: unknown): void {
  if (isFault(error, Calculator, 'divide', 'DivideByZero')) same<typeof error.detail, { by: number }>();
  if (isFault(error, Calculator, 'parse', 'BadDate')) same<typeof error.detail, { at: Date }>();
  if (isFault(error)) same<typeof error.detail, unknown>();
  // @ts-expect-error not a fault of this operation
  isFault(error, Calculator, 'clear', 'DivideByZero');
  // @ts-expect-error not a declared fault
  isFault(error, Calculator, 'divide', 'DivideByOne');
}

// ---- Contracts that are none; the texts are checked elsewhere
// @ts-expect-error a misspelt option
operation<() => void>({ initating: false });
// @ts-expect-error a fault that has no type
operation<() => void, { A: 1 }>({ faults: ['B'] });
// @ts-expect-error a wrong number of parameters
operation<(a: number) => void>({ parameters: 2 });
// @ts-expect-error a schema of something else than arguments
operation({ input: date });
// @ts-expect-error neither a schema nor a type
operation({ input: {} });
// @ts-expect-error no such session mode
defineContract({ name: 'X', session: 'always', operations: { a: operation<() => void>() } });
// @ts-expect-error not made by operation()
defineContract({ name: 'X', operations: { a: () => {} } });
// @ts-expect-error a member that is none
defineContract({ name: 'X', operations: { a: operation<() => void>() }, callbacks: {} });
