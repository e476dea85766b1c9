// A service worker that hosts everything: it answers the page's own fetch.
import { hosts } from './services.mjs';
import table from '../../fixtures/matrix.tsv';

const { group, open } = hosts(table);
group.serve(self);
group.serveFetch(self);
addEventListener('install', () => self.skipWaiting());
addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
open();
