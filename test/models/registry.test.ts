/** The registry as a table: names, addresses, and every checksum letter for letter as it was published. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { nearNames } from '../../src/models/near-names.js';
import { CONTRACTS, EMBEDDED_MODEL, REGISTRY, findEntry, requireEntry } from '../../src/models/registry.js';

const FACTS = '../shared/facts/models.md';
const files = REGISTRY.flatMap((entry) => entry.files.map((file) => ({ entry, file })));

test('names are unique, plain, and safe as folder names', (t) => {
  const names = REGISTRY.map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  for (const name of names) t.regex(name, /^[a-z0-9][a-z0-9.-]*$/);
  t.is(names[0], EMBEDDED_MODEL);
});

test('every entry has one encoder, one decoder, files of different names, and says what it is', (t) => {
  for (const entry of REGISTRY) {
    const { name } = entry;
    for (const text of [entry.title, entry.licence, entry.source, entry.notes]) t.not(text, '', name);
    t.true(CONTRACTS.includes(entry.contract), name);
    if (entry.status === 'unverified' || name === EMBEDDED_MODEL) {
      t.deepEqual(entry.files, [], name);
      continue;
    }
    t.is(entry.files.filter(({ role }) => role === 'encoder').length, 1, name);
    t.is(entry.files.filter(({ role }) => role === 'decoder').length, 1, name);
    t.is(new Set(entry.files.map((file) => file.name)).size, entry.files.length, name);
    // weights beside a graph are found under the name that the graph gives them
    for (const file of entry.files.filter(({ role }) => role.endsWith('-data'))) {
      t.true(entry.files.some((graph) => `${graph.name}_data` === file.name), `${name} ${file.name}`);
    }
  }
});

test('the models that run today follow a contract that runs today; those of one mask say so', (t) => {
  for (const entry of REGISTRY) {
    t.is(['F1', 'F2'].includes(entry.contract), entry.status === 'ready', entry.name);
    t.true([1, 3].includes(entry.masksPerPrompt), entry.name);
    if (entry.masksPerPrompt === 1 && entry.status === 'ready') t.regex(entry.notes, /cannot serve segment-all/, entry.name);
  }
});

test('every file comes over https, from a pinned revision or a release, with a checksum', (t) => {
  for (const { entry, file } of files) {
    t.regex(file.sha256, /^[0-9a-f]{64}$/, entry.name);
    t.true(file.bytes === undefined || file.bytes > 0, entry.name);
    t.regex(file.url, /^https:\/\/(huggingface\.co\/[^/]+\/[^/]+\/resolve\/[0-9a-f]{40}\/|github\.com\/[^/]+\/[^/]+\/releases\/download\/[^/]+\/)[^?#]+\.onnx(_data)?$/, entry.name);
  }
  t.is(new Set(files.map(({ file }) => file.sha256)).size, files.length, 'no checksum stands twice by mistake');
});

(existsSync(FACTS) ? test : test.skip)('checksums, sizes, file names and revisions are those of the published lists (needs ../shared)', (t) => {
  const text = readFileSync(FACTS, 'utf8');
  const lines = text.split('\n');
  for (const { entry, file } of files) {
    const line = lines.find((l) => l.includes(file.sha256)) ?? '';
    t.not(line, '', `${entry.name}: ${file.sha256} is not in the lists`);
    if (file.bytes !== undefined) t.true(line.includes(`| ${file.bytes} |`), `${entry.name}: ${file.bytes} is not in its line: ${line}`);
    const [, revision, published] = /resolve\/([0-9a-f]{40})\/(?:.*\/)?([^/]+)$/.exec(file.url) ?? [undefined, undefined, file.url.split('/').at(-1)];
    t.true(line.includes(`${published} |`), `${entry.name}: ${published} is not in its line: ${line}`);
    if (revision !== undefined) t.true(text.includes(`@${revision}`), `${entry.name}: ${revision} is not in the lists`);
    else t.true(text.includes(file.url.slice(0, file.url.lastIndexOf('/') + 1)), `${entry.name}: ${file.url} is not in the lists`);
  }
});

test('a name that does not exist is refused, with the names that are spelt alike', (t) => {
  t.is(findEntry('mobile-sam')?.title, 'MobileSAM');
  t.is(findEntry('Mobile-SAM'), undefined);
  const rows: [string, string[]][] = [
    ['mobil-sam', ['mobile-sam']], ['MobileSAM', ['mobile-sam']], ['slim', ['slimsam-77', 'slimsam-77-q8']], ['slimsam77', ['slimsam-77', 'slimsam-77-q8']], ['embeded', ['embedded']],
  ];
  const names = REGISTRY.map(({ name }) => name);
  for (const [typed, near] of rows) t.deepEqual(nearNames(typed, names), near, typed);
  t.deepEqual(nearNames('xyzzy', names), []);
  t.deepEqual(nearNames('', names), []);
  t.throws(() => requireEntry('slimsam'), { code: 'model/unknown', message: /did you mean slimsam-77, slimsam-77-q8\?/ });
  t.throws(() => requireEntry('xyzzy\u001b[31m'), { code: 'model/unknown', message: /^There is no model "xyzzy\\u001b\[31m": `sam models list`/ });
});
