// A crowd of clients in a thread of their own: each opens a session, and calls once.
import { parentPort, workerData } from 'node:worker_threads';
import { ServiceProxy, defineContract, init, network, operation } from 'sessionful';

const Echo = defineContract({ name: 'Echo', session: 'required', operations: { echo: operation({ parameters: 1 }) } });
const transport = network({ base: workerData });
let crowd = [];

async function gather(count) {
  crowd = Array.from({ length: count }, () => new ServiceProxy(Echo, { address: '/echo', transport }));
  await Promise.all(crowd.map((proxy) => proxy.open()));
  const answers = await Promise.all(crowd.map((proxy, at) => proxy.call.echo(at)));
  return answers.every((answer, at) => answer === at) ? 'every one was answered' : 'somebody got another answer';
}

parentPort.on('message', async (order) => {
  if (order === 'end') await Promise.all(crowd.map((proxy) => proxy.close()));
  else parentPort.postMessage(await gather(order));
});
await init();
parentPort.postMessage('ready');
