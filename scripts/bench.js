// Runs a bench by its name, after a build: `npm run bench -- recall --model FOLDER`; without a name the generator's. What follows goes to it.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const [first = '', ...rest] = process.argv.slice(2);
const named = new URL(`../dist/bench/${first}.bench.js`, import.meta.url);
const isName = /^[a-z-]+$/.test(first) && existsSync(named);
const script = isName ? named : new URL('../dist/bench/generate.bench.js', import.meta.url);
process.exitCode = spawnSync(process.execPath, [script.pathname, ...(isName ? rest : process.argv.slice(2))], { stdio: 'inherit' }).status ?? 1;
