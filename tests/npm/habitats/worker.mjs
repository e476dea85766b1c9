// A dedicated or shared worker that hosts everything.
import { hosts } from './services.mjs';
import table from '../../fixtures/matrix.tsv';

const { group, open } = hosts(table);
group.serve(self);
open();
