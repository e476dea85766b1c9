// Our client in Node: `node ours.mjs WS_BASE HTTP_BASE FOLDER_OF_DESCRIPTIONS`.
import { readFile } from 'node:fs/promises';
import { importWsdl } from 'sessionful/wcf';
import { run } from './cases.mjs';

const [sockets, http, folder] = process.argv.slice(2);
const descriptions = {};
for (const sample of ['percall', 'single', 'types', 'persession', 'duplex']) {
  const imported = await importWsdl(`${folder}/host-${sample}.wsdl`, (file) => readFile(file, 'utf8'));
  descriptions[sample] = imported.description;
}
await run({ sockets, http, descriptions, tell: (line) => console.log(line) });
process.exit();
