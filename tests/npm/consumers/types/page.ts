// A page, without the types of Node.
import { ServiceProxy, bundled, defineContract, operation, port, type Contract, type ServiceHost } from 'sessionful';

const Echo = defineContract({ name: 'Echo', operations: { echo: operation<(text: string) => string>({ parameters: 1 }) } });

export async function run(): Promise<string> {
  const worker = new Worker('worker.js', { type: 'module' });
  await using proxy = new ServiceProxy(Echo, { address: '/echo', transport: port(worker) });
  await proxy.open();
  bundled(worker);
  port(new SharedWorker('shared.js').port);
  return proxy.call.echo('hello');
}

export const hostInPage = (host: ServiceHost<Contract>): void => host.serve(self);
