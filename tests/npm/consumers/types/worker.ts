// A worker of any kind, by the types of workers.
import { ServiceHost, defineContract, operation, type Service } from 'sessionful';
import { hostIn } from 'sessionful/worker';

const Echo = defineContract({ name: 'Echo', operations: { echo: operation<(text: string) => string>({ parameters: 1 }) } });

class EchoService implements Service<typeof Echo> {
  echo(text: string): string { return text; }
}

declare const dedicated: DedicatedWorkerGlobalScope;
declare const shared: SharedWorkerGlobalScope;
declare const service: ServiceWorkerGlobalScope;
for (const scope of [self, dedicated, shared, service]) {
  void hostIn(scope, [new ServiceHost(Echo, { service: EchoService })]);
}
