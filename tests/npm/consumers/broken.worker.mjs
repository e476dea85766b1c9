// A dedicated worker whose host cannot open: its contract needs a session, its binding has none.
import { ServiceHost } from 'sessionful';
import { hostIn } from 'sessionful/worker';
import { Echo } from './echo.mjs';

const endpoints = [{ address: '/echo', binding: { channel: 'sessionless' } }];
hostIn(self, [new ServiceHost(Echo, { service: class { echo(value) { return value; } }, endpoints })]).catch(() => {});
