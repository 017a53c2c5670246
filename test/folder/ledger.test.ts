/** The ledger: lines that know whether they are whole, the last entry wins, and order at the end. */
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { Ledger } from '../../src/folder/ledger.js';
import { entryOf, lineOf, type FinishEntry, type ImageEntry } from '../../src/folder/ledger-lines.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const entry = (file_name: string, sha256 = 'aa'): ImageEntry => ({ run: 'r', file_name, sha256, bytes: 3, width: 1, height: 2, masks: 4, outputs: [{ path: `${file_name}.json`, sha256 }] });
const finish: FinishEntry = { run: 'r', finish: { path: 'all.json', sha256: 'bb' }, of: 'cc' };

async function house(t: ExecutionContext): Promise<{ output: string; file: (name: string) => string }> {
  const output = await temporaryFolder(t);
  mkdirSync(join(output, '.sam'));
  return { output, file: (name) => join(output, '.sam', name) };
}

test('a line gives back its entry, whatever the name; keys in any order give the same line', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(), (name, bytes) => {
    const made = { ...entry(name), bytes };
    const line = lineOf(made);
    t.false(line.includes('\n'));
    t.deepEqual(entryOf(line), made);
    t.is(lineOf(Object.fromEntries(Object.entries(made).reverse()) as unknown as ImageEntry), line);
  }));
  t.deepEqual(entryOf(lineOf(finish)), finish);
  t.deepEqual(entryOf(lineOf(entry('","check":"000000000000"}'))), entry('","check":"000000000000"}'));
});

test('a line with any byte lost or changed gives nothing', (t) => {
  const line = lineOf(entry('a.jpg'));
  for (let i = 0; i < line.length; i++) {
    t.is(entryOf(line.slice(0, i)), undefined);
    t.is(entryOf(line.slice(0, i) + (line[i] === 'x' ? 'y' : 'x') + line.slice(i + 1)), undefined, line[i]);
  }
  for (const garbage of ['', '{}', 'null', '[', '{"a":1,"check":"000000000000"}']) t.is(entryOf(garbage), undefined);
});

test('a line that names a path out of the folder gives nothing, however good its checksum', (t) => {
  for (const path of ['', '/etc/passwd', '..', '../a', 'a/../../b', 'a\\..\\b']) {
    t.is(entryOf(lineOf({ ...entry('a'), outputs: [{ path, sha256: 'aa' }] })), undefined, path);
    t.is(entryOf(lineOf({ ...finish, finish: { path, sha256: 'aa' } })), undefined, path);
  }
});

test('entries are read back after a torn line and garbage, and new ones are not glued to it', async (t) => {
  const { output, file } = await house(t);
  const first = await Ledger.read(output, undefined);
  await first.append(entry('a'));
  await first.append(entry('b', 'old'));
  await first.append(entry('b', 'new'));
  await first.close();
  appendFileSync(file('ledger.jsonl'), `garbage \u2028\n\0\0\n${lineOf(entry('c')).slice(0, 40)}`);
  const second = await Ledger.read(output, undefined);
  t.deepEqual([...second.images.keys()], ['a', 'b']);
  t.is(second.images.get('b')?.sha256, 'new');
  t.true(second.knows('b.json', 'old') && second.knows('b.json', 'new') && !second.knows('b.json', 'aa') && !second.knows('c.json', 'aa'));
  await second.append(entry('c'));
  await second.close();
  t.deepEqual([...(await Ledger.read(output, undefined)).images.keys()], ['a', 'b', 'c']);
});

test('in order, the ledger has one line an image, bytewise by name, and the file of all last; it is not written twice', async (t) => {
  const { output, file } = await house(t);
  const ledger = await Ledger.read(output, undefined);
  for (const made of [entry('\u{1f600}'), finish, entry('\uff5e'), entry('a', 'old'), entry('a')]) await ledger.append(made);
  const images = [...ledger.images.values()];
  await ledger.compact(images, [finish]);
  const text = readFileSync(file('ledger.jsonl'), 'utf8');
  t.deepEqual(text.trimEnd().split('\n'), [entry('a'), entry('\uff5e'), entry('\u{1f600}'), finish].map(lineOf));
  const before = readdirSync(join(output, '.sam'));
  await ledger.close();
  writeFileSync(file('ledger.jsonl'), text, { mode: 0o600 });
  await (await Ledger.read(output, undefined)).compact(images.toReversed(), [finish]);
  t.is(readFileSync(file('ledger.jsonl'), 'utf8'), text);
  t.deepEqual(readdirSync(join(output, '.sam')), before);
});

test('shards read all ledgers and write their own; the run of the whole takes them over', async (t) => {
  const { output } = await house(t);
  const shard0 = await Ledger.read(output, '0-of-2');
  await shard0.append(entry('a', 'by 0'));
  const shard1 = await Ledger.read(output, '1-of-2');
  t.is(shard1.images.get('a')?.sha256, 'by 0');
  await shard1.append(entry('a', 'by 1'));
  await shard1.append(entry('b'));
  for (const shard of [shard0, shard1]) await shard.close();
  t.is((await Ledger.read(output, '0-of-2')).images.get('a')?.sha256, 'by 0', 'the own ledger wins');
  const whole = await Ledger.read(output, undefined);
  await whole.compact([...whole.images.values()], []);
  t.deepEqual(readdirSync(join(output, '.sam')), ['ledger.jsonl']);
  t.deepEqual([...(await Ledger.read(output, undefined)).images.keys()], ['a', 'b']);
});

test('appends at once are written one after the other, whole', async (t) => {
  const { output } = await house(t);
  const ledger = await Ledger.read(output, undefined);
  await Promise.all(Array.from({ length: 50 }, (_, i) => ledger.append(entry(`${i}`.repeat(500)))));
  await ledger.close();
  t.is((await Ledger.read(output, undefined)).images.size, 50);
});
