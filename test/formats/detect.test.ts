/** Detection: what every writer writes is found to be of its format, and what is of none says so for each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isSamError } from '../../src/errors.js';
import { detectFormat, matchesOf, probeOf } from '../../src/formats/detect.js';
import { sourceOf } from '../../src/formats/format.js';
import { FORMATS } from '../../src/formats/registry.js';
import { encodePngGrey } from '../../src/image/encode.js';
import { CASES, type DatasetCase } from '../contracts/cases.js';
import { layOut, memorySink } from '../contracts/memory-sink.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** What a person calls such a file. */
const FILE_NAMES: Partial<Record<string, string>> = { coco: 'a.json', 'coco-results': 'a.json', csv: 'a.csv', cvat: 'a.xml', 'label-studio': 'a.json', npy: 'a.npy' };

for (const format of FORMATS) {
  if (format.writer === undefined || format.reader === undefined) continue;
  for (const name of ['maskAndBox', 'mask'] as const) {
    test(`${format.name} is found in what it writes of ${name}`, async (t) => {
      const folder = await temporaryFolder(t);
      const dataset: DatasetCase = CASES[name];
      const images = join(folder, 'images');
      await mkdir(images);
      await writeFile(join(images, 'a.png'), await encodePngGrey(new Uint8Array(120), 12, 10));
      const sink = memorySink();
      await format.writer?.write(sourceOf(dataset.categories, dataset.entries), sink, { images, holes: 'bridge' });
      if (sink.files.size === 0) return t.fail(`${format.name} wrote nothing of ${name}`);
      const path = await layOut(sink.files, join(folder, 'written'), FILE_NAMES[format.name] ?? 'a');
      const found = await detectFormat(path);
      t.is(found.format.name, format.name, found.reason);
    });
  }
}

test('what is of no format: every format says why not', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'notes.txt'), 'hello');
  await writeFile(join(folder, 'other.json'), '{"name":"package"}');
  for (const name of ['notes.txt', 'other.json']) {
    const error = await t.throwsAsync(detectFormat(join(folder, name)));
    t.true(isSamError(error, 'data/format'), name);
    for (const { reader, name: format } of FORMATS) if (reader !== undefined) t.true(error?.message.includes(`${format}: `), `${format} in ${error?.message}`);
    t.regex(error?.message ?? '', /--from/);
  }
  t.true(isSamError(await t.throwsAsync(detectFormat(join(folder, 'none'))), 'usage/input-missing'));
});

test('a file without a byte is said to be empty, not to be of no format', async (t) => {
  const path = join(await temporaryFolder(t), 'annotations.json');
  await writeFile(path, '');
  const error = await t.throwsAsync(detectFormat(path));
  t.true(isSamError(error, 'data/format'));
  t.is(error?.message, 'The file is empty.');
});

test('a folder with a COCO file in it names the file', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'annotations'));
  await writeFile(join(folder, 'annotations', 'instances_val2017.json'), '{"images":[]}');
  const error = await t.throwsAsync(detectFormat(folder));
  t.regex(error?.message ?? '', /annotations\/instances_val2017\.json in it may be one/);
});

test('every reason is a sentence that begins small and has no end mark, so that it can follow a name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'x'), 'x');
  for (const path of [folder, join(folder, 'x')]) {
    for (const { format, reason } of await matchesOf(await probeOf(path))) t.notRegex(reason, /^\s*$|\.$/, `${format.name}: ${reason}`);
  }
});
