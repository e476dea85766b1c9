// A contract between a page and its worker, and both ends of it.
import { ServiceProxy, defineContract, operation, port } from 'sessionful';

export const Echo = defineContract({
  name: 'Echo', session: 'required', operations: { echo: operation({ parameters: 1 }) },
});

/** Calls the host in a worker. */
export async function echoed(worker, value) {
  const proxy = new ServiceProxy(Echo, { address: '/echo', transport: port(worker) });
  await proxy.open();
  const answer = await proxy.call.echo(value);
  await proxy.close();
  return answer;
}
