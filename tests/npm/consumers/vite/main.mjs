import * as sessionful from 'sessionful';
import { calls, report } from '../calls.mjs';
import { echoed } from '../echo.mjs';

async function run() {
  const worker = new Worker(new URL('../echo.worker.mjs', import.meta.url), { type: 'module' });
  const broken = new Worker(new URL('../broken.worker.mjs', import.meta.url), { type: 'module' });
  const failed = await echoed(broken, 'lost').catch((error) => error.name);
  return { ...await calls(sessionful), echoed: await echoed(worker, 'from a worker'), failed };
}
report(run());
