/** Reading COCO files of other programs: lists in any order, what is kept, what is told and where. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { strictReport } from '../../../src/dataset/strict.js';
import type { Finding } from '../../../src/dataset/types.js';
import { coco } from '../../../src/formats/coco/coco.js';
import type { DatasetSource } from '../../../src/dataset/types.js';
import { MAX_PIXELS } from '../../contracts/format.js';
import { memorySink, type MemorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

interface Opened { source: DatasetSource; findings: Finding[]; written: () => Promise<MemorySink> }

/** A file read strictly, or leniently; its findings, warnings included. */
async function opened(t: ExecutionContext, text: string, how: 'strict' | 'lenient' = 'strict'): Promise<Opened> {
  const path = join(await temporaryFolder(t), 'x.json');
  await writeFile(path, text);
  const findings: Finding[] = [];
  const take = (finding: Finding): void => { findings.push({ ...finding, ...(finding.file === undefined ? {} : { file: 'x.json' }) }); };
  const source = await coco.reader!.read(path, { maxPixels: MAX_PIXELS, report: how === 'strict' ? strictReport(take) : take });
  t.teardown(() => source.close?.());
  const written = async (): Promise<MemorySink> => {
    const sink = memorySink();
    await coco.writer!.write(source, sink, {});
    return sink;
  };
  return { source, findings, written };
}

const image = (id: number, name: string): string => `{"id":${id},"file_name":"${name}","width":12,"height":10}`;
const box = (id: number, imageId: number, rest = ''): string => `{"id":${id},"image_id":${imageId},"category_id":1,"bbox":[1,1,2,2]${rest}}`;

test('lists in any order; images in theirs, annotations of each in that of the file', async (t) => {
  const { source } = await opened(t, `{"annotations":[${box(9, 2)},${box(3, 1)},${box(4, 2)},${box(1, 1)}],"categories":[{"name":"cat","id":1}],"images":[${image(2, 'b.png')},${image(5, 'empty.png')},${image(1, 'a.png')}]}`);
  t.deepEqual((await collected(source)).entries.map((entry) => [entry.image.fileName, entry.annotations.map(({ id }) => id)]), [['b.png', [9, 4]], ['empty.png', []], ['a.png', [3, 1]]]);
  t.is(source.imageCount, 3);
});

test('a file without annotations, as those of test sets', async (t) => {
  const { source } = await opened(t, `{"images":[${image(1, 'a.png')}]}`);
  t.is((await collected(source)).entries.length, 1);
});

test('what COCO does not know goes through to the letter, at every level', async (t) => {
  const text = `{"info": {"year":2017,"note":"é \\u0000"},\n"licenses": [{"id":1,"name":"CC"}],\n"__proto__": {"polluted":true},\n"images": [\n`
    + '{"id":139,"file_name":"a.png","width":12,"height":10,"license":1,"flickr_url":"http://host/a","__proto__":{"polluted":1}}\n],\n"annotations": [\n'
    + '{"id":7,"image_id":139,"category_id":18,"segmentation":[[1,1,9,1,9,7.5]],"area":25.5,"bbox":[473.07,395.93,38.65,28.67],"iscrowd":0,"score":0.25,"attributes":{"occluded":true,"rotation":1.5},"keypoints":[1,2,2],"own":{"deep":[null]}}\n],\n'
    + '"categories": [{"id":18,"name":"dog","supercategory":"animal","keypoints":["nose"]}]}\n';
  const { written } = await opened(t, text);
  const sink = await written();
  t.is(sink.text(), text);
  t.is(sink.losses.size, 0);
  t.false('polluted' in {});
});

test('a box keeps its width, not the rounding of a difference', async (t) => {
  const boxes = ['[473.07,395.93,38.65,28.67]', '[0.1,0.2,0.3,0.7]', '[199.84,200.46,77.71,70.88]', '[1e-7,5,1e-7,3.3125]', '[0,0,12,10]'];
  const records = boxes.map((b, i) => `{"id":${i + 1},"image_id":1,"category_id":1,"bbox":${b}}`);
  const { written } = await opened(t, `{"images":[{"id":1,"file_name":"a.png","width":600,"height":500}],"annotations":[${records.join(',')}],"categories":[{"id":1,"name":"x"}]}`);
  t.deepEqual([...(await written()).text().matchAll(/"bbox":(\[[^\]]*\])/g)].map((match) => match[1]), boxes);
});

test('three forms of one mask are one mask; runs of no length are written away', async (t) => {
  const masks = ['"counts":[11,2,8,2,97]', '"counts":";280i2"', '"counts":[0,0,11,2,8,0,0,2,97]', '"counts":[11,2,8,2,97,0]'];
  const { source, written, findings } = await opened(t, `{"images":[${image(1, 'a.png')}],"annotations":[${masks.map((m, i) => `{"id":${i + 1},"image_id":1,"category_id":1,"segmentation":{"size":[10,12],${m}}}`).join(',')}],"categories":[{"id":1,"name":"x"}]}`);
  t.is((await collected(source)).entries[0]?.annotations.length, 4);
  t.deepEqual(findings, []);
  const lines = (await written()).text().split('\n').filter((line) => line.includes('image_id')).map((line) => line.replace(/^\{"id":\d,|,$/g, ''));
  t.is(new Set(lines).size, 1, lines.join('\n'));
  t.true(lines[0]?.includes('"area":4,"bbox":[1,1,2,2]'), lines[0]);
});

test('masks that Python escaped are read as they were meant, and told', async (t) => {
  // 44 is a backslash
  const good = '{"size":[10,12],"counts":[44,3,73]}';
  const { written } = await opened(t, `{"images":[${image(1, 'a.png')}],"annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":${good}}],"categories":[{"id":1,"name":"x"}]}`);
  const counts = /"counts":"((?:[^"\\]|\\.)*)"/.exec((await written()).text())?.[1] ?? '';
  t.true(counts.includes('\\\\'), 'the text has a backslash, escaped once by JSON');
  for (const text of [`b'${counts}'`, counts.replaceAll('\\\\', '\\\\\\\\')]) {
    const again = await opened(t, `{"images":[${image(1, 'a.png')}],"annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":{"size":[10,12],"counts":"${text}"}}],"categories":[{"id":1,"name":"x"}]}`);
    t.regex((await again.written()).text(), new RegExp(`"counts":"${counts.replace(/[\\[\]^]/g, '\\$&')}"`));
    t.true(again.findings.every(({ code, path }) => code === 'rle/escaped' && path === 'segmentation.counts') && again.findings.length > 0);
  }
});

test('findings say record, path, line, column and byte', async (t) => {
  const text = `{"images":[${image(1, 'a.png')}],\n"annotations":[\n${box(1, 1)},\n{"id":2,"image_id":1,"category_id":1,"segmentation":[[1,2,3,4,5,6],[1,2,3,4,5]]}\n],"categories":[{"id":1,"name":"x"}]}`;
  const { source, findings } = await opened(t, text, 'lenient');
  await collected(source);
  t.deepEqual(findings, [{
    code: 'polygon/odd', severity: 'error', message: 'A polygon of 5 numbers: x and y come in pairs.', file: 'x.json', record: 'annotations[1]', path: 'segmentation[1]',
    line: 4, column: 1, byte: text.indexOf('{"id":2'),
  }]);
});

test('warnings leave the record in', async (t) => {
  const rows: [string, string][] = [
    ['"bbox":[1,1,0,2]', 'box/empty'], ['"bbox":[1,1,20,2]', 'box/outside'], ['"bbox":[-5,1,6,2]', 'box/outside'], ['"bbox":[1,1,2,2],"iscrowd":true', 'crowd/not-number'], ['"iscrowd":0', 'annotation/empty'],
    ['"bbox":[1,1,2,2],"own":12345678901234567890', 'number/precision'], ['"bbox":[],"segmentation":[]', 'annotation/empty'], ['"bbox":null,"segmentation":null,"area":null,"score":null', 'annotation/empty'],
  ];
  for (const [rest, code] of rows) {
    const { source, findings } = await opened(t, `{"images":[${image(1, 'a.png')}],"annotations":[{"id":1,"image_id":1,"category_id":1,${rest}}],"categories":[{"id":1,"name":"x"}]}`);
    t.is((await collected(source)).entries[0]?.annotations.length, 1, rest);
    t.deepEqual(findings.map((finding) => finding.code), [code], rest);
  }
});

test('names with backslashes are read with slashes; LVIS names its images by URL', async (t) => {
  const { source, findings } = await opened(t, '{"images":[{"id":1,"file_name":"dir\\\\a.png","width":12,"height":10},{"id":2,"coco_url":"http://images.host/val2017/000000000139.jpg","width":12,"height":10}]}');
  t.deepEqual((await collected(source)).entries.map((entry) => entry.image.fileName), ['dir/a.png', 'val2017/000000000139.jpg']);
  t.deepEqual(findings.map(({ code, record }) => [code, record]), [['path/backslash', 'images[0]'], ['image/name-from-url', 'images[1]']]);
});

test('an id of 0 and ids that are there twice get free numbers when written, which is a loss', async (t) => {
  const zero = await opened(t, `{"images":[${image(0, 'a.png')}],"annotations":[${box(0, 0)},${box(1, 0)},${box(3, 0)}],"categories":[{"id":1,"name":"x"}]}`);
  const sink = await zero.written();
  t.deepEqual([...sink.text().matchAll(/^\{"id":(\d+),"image_id":(\d+)/gm)].map((match) => [match[1], match[2]]), [['2', '0'], ['1', '0'], ['3', '0']], 'an image may have the id 0');
  t.like(sink.losses.get('ids'), { count: 1, first: 'annotation 0, which becomes 2' });
  t.true(zero.findings.every(({ code }) => code === 'id/zero') && zero.findings.length > 0);

  const twice = await opened(t, `{"images":[${image(1, 'a.png')}],"annotations":[${box(7, 1)},${box(7, 1)},${box(1, 1)}],"categories":[{"id":1,"name":"x"}]}`, 'lenient');
  const renumbered = await twice.written();
  t.deepEqual([...renumbered.text().matchAll(/^\{"id":(\d+),"image_id"/gm)].map((match) => match[1]), ['7', '2', '1']);
  t.is(renumbered.losses.get('ids')?.count, 1);
});

test('keys of other formats that COCO uses itself are a loss', async (t) => {
  const sink = memorySink();
  const source: DatasetSource = { categories: [], async *entries() { yield { image: { id: 1, fileName: 'a.png', width: 12, height: 10, extra: { id: 'x', own: 1 } }, annotations: [] }; } };
  await coco.writer!.write(source, sink, {});
  t.like(sink.losses.get('extra'), { count: 1, first: 'id of image a.png' });
  t.true(sink.text().includes('{"id":1,"file_name":"a.png","width":12,"height":10,"own":1}'), sink.text());
});
