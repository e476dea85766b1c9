// Every entry, as TypeScript sees it under each way to resolve modules.
import { ServiceHost, ServiceProxy, defineContract, network, operation, type Service } from 'sessionful';
import { initSync } from 'sessionful/slim';
import { init } from 'sessionful/inline';
import { serve, type NodeHost } from 'sessionful/node';
import { hostIn } from 'sessionful/worker';
import { WcfHost, contractOf, endpointOf, type ServiceDescription } from 'sessionful/wcf';
import wasm from 'sessionful/wasm';

const Adder = defineContract({
  name: 'Adder', operations: { add: operation<(a: number, b: number) => number>({ parameters: 2 }) },
});

class AdderService implements Service<typeof Adder> {
  add(a: number, b: number): number { return a + b; }
}

export async function run(): Promise<number> {
  await init(wasm);
  initSync(wasm);
  const host = new ServiceHost(Adder, { service: AdderService });
  await hostIn(globalThis, [host]);
  const served: NodeHost = await serve(host);
  const proxy = new ServiceProxy(Adder, { address: '/adder', transport: network({ base: served.url }) });
  await proxy.open();
  // @ts-expect-error the second argument is a number
  await proxy.call.add(1, '2');
  const sum: number = await proxy.call.add(1, 2);
  await proxy.close();
  return sum;
}

interface ISums { Add(a: number, b: number): Promise<number> }

export async function soap(description: ServiceDescription): Promise<number> {
  const contract = contractOf<ISums>(description, 'ISums');
  const host = new WcfHost(contract, { service: { Add: (a, b) => a + b }, instancing: 'single', endpoints: [{ address: '/sums', wire: 'basicHttp' }] });
  const served: NodeHost = await serve(host);
  const proxy = new ServiceProxy(contract, endpointOf(description, 'ISums', { wire: 'basicHttp', address: `${served.url}/sums` }));
  // @ts-expect-error the second argument is a number
  await proxy.call.Add(1, '2');
  return proxy.call.Add(1, 2);
}
