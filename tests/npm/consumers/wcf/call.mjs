// A call of a described service, answered by a function in place of the network.
import { ServiceProxy } from 'sessionful';
import { contractOf, endpointOf } from 'sessionful/wcf';

const number = { ty: { primitive: 'int' }, nillable: false };
const description = {
  name: 'Adder', namespace: 'urn:adder', schema: {}, documentation: {}, endpoints: [],
  contracts: [{
    name: 'IAdder', session: 'notAllowed', callbacks: [], documentation: '',
    operations: [{
      name: 'Add', action: 'urn:adder/IAdder/Add', replyAction: 'urn:adder/IAdder/AddResponse', faults: [], initiating: true, terminating: false,
      documentation: '', request: { name: '{urn:adder}Add', parts: [{ name: 'a', field: number }, { name: 'b', field: number }] },
      reply: { name: '{urn:adder}AddResponse', parts: [{ name: 'AddResult', field: number }] },
    }],
  }],
};

export async function call() {
  const seen = {};
  const fetch = async (address, { headers, body }) => {
    Object.assign(seen, { address, action: headers.get('soapaction'), body: await new Response(body).text() });
    const reply = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><AddResponse xmlns="urn:adder"><AddResult>3</AddResult></AddResponse></s:Body></s:Envelope>';
    return new Response(reply, { headers: { 'content-type': 'text/xml; charset=utf-8' } });
  };
  const endpoint = endpointOf(description, 'IAdder', { wire: 'basicHttp', address: 'http://service.example/adder', fetch });
  const proxy = new ServiceProxy(contractOf(description, 'IAdder'), endpoint);
  await proxy.open();
  const sum = await proxy.call.Add(1, 2);
  await proxy.close();
  return { sum, ...seen };
}
