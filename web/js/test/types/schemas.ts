// Checked by the compiler: the validators that people use fit without an adapter.

import * as v from 'valibot';
import * as z from 'zod';
import { defineContract, type Client, type Service } from '../../contract.js';
import { oneWay, operation } from '../../operation.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['not the same', A, B]): void {}

export const Validated = defineContract({
  name: 'Validated',
  session: 'required',
  operations: {
    zod: operation({ input: z.tuple([z.string(), z.number().int()]), output: z.object({ id: z.string() }) }),
    noInput: operation({ output: z.boolean(), terminating: true }),
    valibot: operation({ input: v.tuple([v.string(), v.pipe(v.string(), v.transform(Number))]), initiating: false }),
    told: oneWay({ input: v.tuple([v.string()]) }),
  },
});
type Validated = typeof Validated;

declare const client: Client<Validated>;
same<Parameters<typeof client.zod>, [string, number]>();
same<ReturnType<typeof client.zod>, Promise<{ id: string }>>();
same<ReturnType<typeof client.noInput>, Promise<boolean>>();
same<Parameters<typeof client.valibot>, [string, string]>();
same<ReturnType<typeof client.valibot>, Promise<void>>();
same<ReturnType<typeof client.told>, Promise<void>>();

({
  zod: (id, n) => ({ id: id + n.toFixed() }),
  noInput: () => true,
  valibot: (text, n) => void (text + n.toFixed()),
  told: (text) => void text.trim(),
}) satisfies Service<Validated>;
