// The services of `wcf-samples.mjs`, served by Node on every wire: sessions at `/calculator/<wire>`, single
// calls at `/echo/<wire>`.
import { createServer } from 'node:http';
import { serve } from 'sessionful/node';
import { WcfHost } from 'sessionful/wcf';
import { HTTP, SOCKETS } from './wcf-behaviours.mjs';
import { Calculator, CalculatorService, Echo, EchoService } from './wcf-samples.mjs';

export async function hosts(origins = ['https://app.example']) {
  const endpoints = (name, wires) => wires.map((wire) => ({ address: `/${name}/${wire}`, wire }));
  const calculator = new WcfHost(Calculator, { service: CalculatorService, concurrency: 'reentrant', endpoints: endpoints('calculator', SOCKETS) });
  const echo = new WcfHost(Echo, { service: EchoService, endpoints: endpoints('echo', HTTP) });
  await Promise.all([calculator.open(), echo.open()]);
  // Two hosts on one server.
  const server = createServer();
  const served = [await serve(calculator, { server, origins, maxBytes: 65_536 }), await serve(echo, { server, origins })];
  return { url: served[0].url, end: () => { served.forEach((one) => one.abort()); server.closeAllConnections(); server.close(); } };
}
