/** Holds docs/formats.md: a row for each format of the registry, in its order, with what it reads and writes. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { FORMATS } from '../../src/formats/registry.js';
import { FORMAT_NAMES } from '../../src/formats/format.js';

test('the table has every format, and says which way it goes', (t) => {
  const rows = [...readFileSync('docs/formats.md', 'utf8').matchAll(/^\| `([a-z0-9-]+)` \| (file|folder|-) \| (file|folder|-) \|/gm)].map(([, name, reads, writes]) => [name, reads !== '-', writes]);
  t.deepEqual(rows, FORMATS.map(({ name, reader, writer }) => [name, reader !== undefined, writer?.output ?? '-']));
  t.deepEqual(FORMATS.map(({ name }) => name), [...FORMAT_NAMES]);
});
