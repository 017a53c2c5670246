/** The page's script: the compiled modules of `page/` as one text, in the order in which they need each other. */
import { readFile } from 'node:fs/promises';
import { SamError } from '../errors.js';

const IMPORT = /^import (?:\{ ([^}]*) \} from )?'\.\/([a-z-]+)\.js';$/gm;

/** Reads the compiled modules, from `main` on. Their top-level names are one another's: a test holds that no two are alike. */
export async function pageScript(): Promise<string> {
  const texts: string[] = [];
  await gather('main', texts, new Set());
  return `'use strict';\n(() => {\n${texts.join('')}})();\n`;
}

async function gather(name: string, texts: string[], known: Set<string>): Promise<void> {
  if (known.has(name)) return;
  known.add(name);
  const text = await readFile(new URL(`./page/${name}.js`, import.meta.url), 'utf8').catch((error: unknown) => {
    throw new SamError('internal/install', `A part of the report's page is not there: page/${name}.js. Build or install the package again.`, { cause: error });
  });
  for (const [, , imported] of text.matchAll(IMPORT)) await gather(imported!, texts, known);
  const joined = text.replace(IMPORT, '').replace(/^export (?=const|let|function|async|class)/gm, '').replace(/^export \{\};$/gm, '');
  if (/^(?:import|export)\b/m.test(joined)) throw new SamError('internal/unexpected', `page/${name}.js imports or exports in a way that cannot be joined.`);
  texts.push(`${joined.trim()}\n`);
}
