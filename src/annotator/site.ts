/**
 * The files of the page, read once when the server starts: no request opens a file. The script's modules are found by following import lines from its first one, so that nothing else of
 * the package can be asked for.
 */
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SamError, messageOf } from '../errors.js';
import { sha256Hex } from '../files/hash.js';

export interface SiteFile { type: string; bytes: Uint8Array; tag: string }
/** By address. */
export type Site = ReadonlyMap<string, SiteFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
};

/** Where this package's compiled sources are: this module runs from `annotator/` in it. */
const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'annotator/app/main.js';
const RUNTIME = ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'];

/** The page that comes with the package. Throws `internal/install` where something of it is not there. */
export async function packagedSite(): Promise<Site> {
  try {
    const page = await import(pathToFileURL(join(SOURCES, 'annotator/app/page.js')).href) as { PAGE_HTML: string; PAGE_STYLE: string; PAGE_ICON: string }; // what the page's sources export
    const files = new Map([['/', siteFile('.html', Buffer.from(page.PAGE_HTML))], ['/app/style.css', siteFile('.css', Buffer.from(page.PAGE_STYLE))], ['/app/icon.svg', siteFile('.svg', Buffer.from(page.PAGE_ICON))]]);
    for (const [name, bytes] of await modulesFrom(SOURCES, ENTRY)) files.set(`/app/${name}`, siteFile(extname(name), bytes));
    for (const name of RUNTIME) files.set(`/ort/${name}`, siteFile(extname(name), await readFile(join(SOURCES, 'annotator/ort', name))));
    return files;
  } catch (error) {
    if (error instanceof SamError) throw error;
    throw new SamError('internal/install', `The annotator's page is not whole in this installation: ${messageOf(error)}. Install the package again.`, { cause: error });
  }
}

export function siteFile(extension: string, bytes: Uint8Array): SiteFile {
  return { type: TYPES[extension] ?? 'application/octet-stream', bytes, tag: sha256Hex(bytes).slice(0, 32) };
}

/** A module and all that it imports, by their names relative to `root`, with `/`. Throws `internal/install` for an import that no browser has or that leads out of `root`. */
export async function modulesFrom(root: string, entry: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>(), open = [entry];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const bytes = await readFile(join(root, name));
    found.set(name, bytes);
    for (const target of importsOf(bytes.toString('utf8'))) {
      if (target.startsWith('/ort/')) continue;
      const path = target.startsWith('.') ? relative(root, join(root, dirname(name), target)).replaceAll(sep, '/') : '';
      if (path === '' || path.startsWith('../')) throw new SamError('internal/install', `${name} imports "${target}", which no browser can load from this server.`, { file: name });
      open.push(path);
    }
  }
  return found;
}

/** `import ... from '...'`, `export ... from '...'`, `import '...'`, `import('...')`, `new URL('...', import.meta.url)`. */
const IMPORT = /(?:^|[;\n}])\s*(?:import|export)\s[^;'"]*?from\s*(['"])([^'"\n]+)\1|(?:^|[;\n])\s*import\s*(['"])([^'"\n]+)\3|\bimport\(\s*(['"])([^'"\n]+)\5\s*\)|new URL\(\s*(['"])([^'"\n]+)\7\s*,\s*import\.meta\.url\s*\)/g;

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[2] ?? match[4] ?? match[6] ?? match[8] ?? '');
}
