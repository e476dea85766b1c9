// A worker thread of Node: it hosts everything for the port that it is sent.
import { parentPort, workerData } from 'node:worker_threads';
import { hosts } from './services.mjs';

const { group, open } = hosts(workerData.table);
parentPort.once('message', (port) => group.acceptPort(port));
await open();
