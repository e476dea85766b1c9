// Checked by the compiler: what a generated module gives, proxies and services take.

import { ServiceProxy } from '../../proxy.js';
import { contractOf, endpointOf, WcfGroup, WcfHost } from '../../wcf/index.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['not the same', A, B]): void {}

interface Point { readonly $type?: string; X?: number; Label?: string | null }

interface IShapes {
  Add(n: bigint, to: Point | null): Promise<Map<string, number> | null>;
  Split(text: string): Promise<{ SplitResult: number; rest: string | null }>;
  Note(text: string): Promise<void>;
}

interface IShapesCallback {
  Progress(percent: number): Promise<void>;
  Confirm(text: string | null): Promise<boolean>;
}

const description = {
  name: 'Shapes', namespace: 'urn:shapes', schema: {}, documentation: {},
  contracts: [{
    name: 'IShapes', session: 'required',
    operations: [{
      name: 'Add', action: 'urn:Add', replyAction: 'urn:AddResponse', request: { name: '{urn:shapes}Add', parts: [] }, reply: { parts: [] },
      faults: [{ name: 'Problem', action: 'urn:Problem', element: '{urn:data}Problem', field: {} }], initiating: true, terminating: false, documentation: '',
    }],
    callbacks: [], documentation: '',
  }],
  endpoints: [{ name: 'Text', contract: 'IShapes', address: 'ws://localhost/shapes', wire: 'socketText' }],
} as const;

export const Shapes = contractOf<IShapes, IShapesCallback>(description, 'IShapes');
export const Plain = contractOf<IShapes>(description, 'IShapes');

const proxy = new ServiceProxy(Shapes, {
  ...endpointOf(description, 'IShapes'),
  callbacks: { Progress: (percent) => { same<typeof percent, number>(); }, Confirm: (text) => text !== null },
});
same<Awaited<ReturnType<typeof proxy.call.Add>>, Map<string, number> | null>();
same<Parameters<typeof proxy.call.Add>, [n: bigint, to: Point | null]>();
same<Awaited<ReturnType<typeof proxy.call.Note>>, void>();

// @ts-expect-error a bigint is wanted
void proxy.call.Add(1, null);
// @ts-expect-error there is no such operation
void proxy.call.Subtract(1n);
// @ts-expect-error the contract has no callbacks
new ServiceProxy(Plain, { ...endpointOf(description, 'IShapes'), callbacks: { Progress() {} } });
// @ts-expect-error no such wire
endpointOf(description, 'IShapes', { wire: 'netTcp' });

class ShapeService {
  Add(n: bigint, to: Point | null): Map<string, number> | null {
    return to === null ? null : new Map([[to.Label ?? '', Number(n)]]);
  }

  async Split(text: string) {
    return { SplitResult: text.length, rest: null };
  }

  Note(): void {}
}

export const host = new WcfHost(Shapes, { service: ShapeService, endpoints: [{ address: '/shapes', wire: 'socketBinary' }] });
export const group = new WcfGroup([host, new WcfHost(Plain, { service: ShapeService, endpoints: [{ address: '/plain', wire: 'basicHttp' }] })]);

new WcfHost(Shapes, {
  // @ts-expect-error a service has every operation
  service: class { Note() {} },
  endpoints: [],
});
