// The package as its users get it: packed, and installed from the tarball in an empty folder.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;

/** Runs a program to its end; its output. Fails with all that it said. */
export async function output(program, args, options) {
  try {
    return (await run(program, args, options)).stdout;
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}: ${error.message}\n${error.stdout}`);
  }
}

/** A project that has the package installed, and beside it packages that these tests have. */
export async function project(beside = []) {
  const folder = mkdtempSync(join(tmpdir(), 'sessionful-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const packed = await output('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], { cwd: join(here, '../../web') });
  const tarball = join(folder, JSON.parse(packed)[0].filename);
  await output('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], { cwd: folder });
  for (const name of beside) link(name, folder);
  return { folder, tarball, installed: join(folder, 'node_modules/sessionful'), end: () => rmSync(folder, { recursive: true }) };
}

/** Of what is not tested here a link is enough. */
function link(name, folder) {
  const to = join(folder, 'node_modules', name);
  mkdirSync(join(to, '..'), { recursive: true });
  symlinkSync(join(here, 'node_modules', name), to, 'junction');
}
