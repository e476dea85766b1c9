// A dedicated worker that is a client itself.
import { run } from './ways.mjs';

addEventListener('message', async ({ data }) => {
  try {
    await run(...data);
    postMessage('ok');
  } catch (error) {
    postMessage(String(error.stack));
  }
});
