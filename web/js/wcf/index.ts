/**
 * `sessionful/wcf`: services of WCF, CoreWCF and other SOAP stacks, from JavaScript and to them.
 *
 * ```ts
 * import { ServiceProxy } from 'sessionful';
 * import { contractOf, endpointOf } from 'sessionful/wcf';
 * import { description, type ICalculator } from './service.js'; // npx sessionful import <WSDL> --out service.ts
 *
 * const Calculator = contractOf<ICalculator>(description, 'ICalculator');
 * await using calculator = new ServiceProxy(Calculator, endpointOf(description, 'ICalculator'));
 * await calculator.open();
 * console.log(await calculator.call.Add(1, 2));
 * ```
 *
 * @module
 */

export { initWcf, type WcfSource, type WcfSources } from './binary.js';
export { contractOf, type ContractBy } from './contract.js';
export {
  exportWsdl, importWsdl, type DescribedContract, type DescribedEndpoint, type DescribedOperation, type Imported,
  type ServiceDescription, type WcfWire,
} from './description.js';
export { WcfGroup } from './group.js';
export { WcfHost, type WcfHostEndpoint, type WcfHostOptions } from './host.js';
export {
  endpointOf, wcfTransport, type EndpointChoice, type WcfEndpoint, type WcfTransportOptions,
} from './transport.js';
