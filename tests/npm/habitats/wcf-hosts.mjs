// The services of `wcf-samples.mjs`, served by Node on every wire: sessions at `/calculator/<wire>`, single
// calls at `/echo/<wire>`.
import { serve } from 'sessionful/node';
import { WcfGroup, WcfHost } from 'sessionful/wcf';
import { HTTP, SOCKETS } from './wcf-behaviours.mjs';
import { Calculator, CalculatorService, Echo, EchoService } from './wcf-samples.mjs';

export async function hosts(origins = ['https://app.example']) {
  const endpoints = (name, wires) => wires.map((wire) => ({ address: `/${name}/${wire}`, wire }));
  const calculator = new WcfHost(Calculator, { service: CalculatorService, concurrency: 'reentrant', endpoints: endpoints('calculator', SOCKETS) });
  const echo = new WcfHost(Echo, { service: EchoService, endpoints: endpoints('echo', HTTP) });
  const group = new WcfGroup([calculator, echo]);
  await group.open();
  const served = await serve(group, { origins });
  return { url: served.url, end: () => served.abort() };
}
