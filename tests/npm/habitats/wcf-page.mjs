// The page of `wcf-browser.test.mjs`: it calls, over every wire, a host at another origin.
import { ServiceProxy } from 'sessionful';
import { endpointOf } from 'sessionful/wcf';
import { CALLS, HTTP, SESSIONS, SOCKETS } from './wcf-behaviours.mjs';
import { Calculator, Echo, description } from './wcf-samples.mjs';

globalThis.names = () => [...SOCKETS.flatMap((wire) => Object.keys(SESSIONS).map((name) => [wire, name])),
  ...HTTP.flatMap((wire) => Object.keys(CALLS).map((name) => [wire, name]))];

globalThis.run = (url, wire, name) => {
  const at = (service) => ({ wire, address: `${url}/${service}/${wire}` });
  const callbacks = { Progress() {}, Confirm: () => true };
  const world = {
    calculator: (_, options) => new ServiceProxy(Calculator, { ...endpointOf(description, 'ICalculator', at('calculator')), callbacks, ...options }),
    echo: (_, options) => new ServiceProxy(Echo, { ...endpointOf(description, 'IEcho', at('echo')), ...options }),
  };
  return ({ ...SESSIONS, ...CALLS })[name](world, wire);
};
