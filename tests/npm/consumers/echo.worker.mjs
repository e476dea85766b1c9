// A dedicated worker that hosts.
import { ServiceHost } from 'sessionful';
import { hostIn } from 'sessionful/worker';
import { Echo } from './echo.mjs';

hostIn(self, [new ServiceHost(Echo, { service: class { echo(value) { return value; } } })]);
