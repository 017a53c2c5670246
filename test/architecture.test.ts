/** Holds the house's rules: who may import whom, one door for each heavy dependency, what a file opens with, how long it may be. */
import test from 'ava';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The layers of ARCHITECTURE.md, lowest first; rooms of one layer do not know each other. */
function layersOf(page: string): string[][] {
  const line = /^arrows: (.+)$/m.exec(page)?.[1] ?? '';
  return line.split(' <- ').map((layer) => layer.split(', '));
}

const LAYERS = layersOf(readFileSync('ARCHITECTURE.md', 'utf8'));
const layerOf = (room: string): number => LAYERS.findIndex((layer) => layer.includes(room));

const files = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)).sort();
const importsOf = (text: string): string[] => [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map((match) => match[1]!);

/** `src/errors.ts` is the room `errors`; `src/mask/rle.ts` is `mask`; `commands/...` is `commands`. */
function roomOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'src' ? parts[1]!.replace(/\.ts$/, '') : parts[0]!;
}

const sources = [...files('src'), ...files('commands')].map((path) => ({ path, text: readFileSync(path, 'utf8') }));

test('imports follow the arrows', (t) => {
  t.true(LAYERS.length > 5, 'ARCHITECTURE.md has its line of arrows');
  for (const { path, text } of sources) {
    const from = roomOf(path);
    for (const name of importsOf(text)) {
      if (!name.startsWith('.')) continue;
      const to = roomOf(join(path, '..', name).replace(/\.js$/, '.ts'));
      if (to === from) continue;
      if (from === 'index') {
        t.not(to, 'cli', `${path} imports ${name}`);
        continue;
      }
      if (from === 'commands') {
        t.true(to === 'cli' || to === 'index', `${path} imports ${name}: commands see the library and src/cli only`);
        continue;
      }
      t.true(layerOf(from) >= 0, `${from} is a room of ARCHITECTURE.md`);
      t.true(layerOf(to) >= 0 && layerOf(to) < layerOf(from), `${path} imports ${name}`);
    }
  }
});

const DOORS: Record<string, (path: string) => boolean> = {
  '@napi-rs/canvas': (path) => path.startsWith('src/draw/'),
  sharp: (path) => path.startsWith('src/image/'),
  'onnxruntime-node': (path) => path === 'src/models/session-thread.ts',
  libsql: (path) => path === 'src/engine/database.ts',
  '@oclif/core': (path) => path.startsWith('src/cli/') || path.startsWith('commands/'),
  'fast-glob': (path) => path.startsWith('src/folder/'),
};

test('each heavy dependency has one door', (t) => {
  for (const { path, text } of sources) {
    for (const name of importsOf(text)) {
      const door = DOORS[name];
      if (door !== undefined) t.true(door(path), `${path} imports ${name}`);
    }
  }
});

test('the annotator\'s page imports what a browser can load', (t) => {
  const page = sources.filter(({ path }) => path.startsWith('src/annotator/app/') && !path.endsWith('.d.ts'));
  t.true(page.length > 10);
  for (const { path, text } of page) {
    for (const name of importsOf(text)) {
      const to = name.startsWith('.') ? join(path, '..', name) : name;
      // of the models' room what is made of numbers alone
      t.regex(to, /^(src\/(annotator\/(app\/|api\.js$)|mask\/|geometry\/|models\/correction-start\.js$|errors\.js$|options\.js$)|\/ort\/)/, `${path} imports ${name}`);
    }
  }
});

test('the pure rooms touch no file, no clock and no chance', (t) => {
  for (const { path, text } of sources) {
    if (!['geometry', 'mask', 'dataset', 'generator', 'evaluation'].includes(roomOf(path))) continue;
    t.false(importsOf(text).some((name) => name.startsWith('node:')), `${path} imports of Node`);
    t.notRegex(text, /Math\.random|Date\.now|new Date|performance\.now/, path);
  }
});

test('errors are of one kind', (t) => {
  for (const { path, text } of sources) t.notRegex(text, /throw new (Type|Range|Syntax)?Error\(/, `${path} throws a plain Error`);
});

test('every file opens with what it is for, and none is a drawer', (t) => {
  for (const { path, text } of sources) {
    t.regex(text, /^\/\*\*/, `${path} opens with a doc comment`);
    t.true(text.split('\n').length <= 300, `${path} has ${text.split('\n').length} lines`);
    t.notRegex(path, /(utils?|helpers?|common)\.ts$/, path);
  }
});

test('every error code is in docs/errors.md, and nothing else is', (t) => {
  const page = readFileSync('docs/errors.md', 'utf8');
  const table = readFileSync('src/errors.ts', 'utf8');
  const declared = [...table.matchAll(/^ {2}'([a-z]+\/[a-z0-9-]+)': \['([a-z]+)', '(.*)'\],$/gm)].map((match) => [match[1]!, match[2]!] as const);
  const documented = [...page.matchAll(/^\| `([a-z]+\/[a-z0-9-]+)` \| (\d+) \|/gm)].map((match) => match[1]!);
  t.true(declared.length > 20);
  t.deepEqual(documented.slice().sort(), declared.map(([code]) => code).sort());
});
