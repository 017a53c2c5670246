/** The COCO file of a run to the letter, from the parts of its images. */
import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cocoFile, encodeCocoPart, type CocoPart } from '../../../src/formats/coco/coco-parts.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { generatedImage, textOf } from '../generated-image.js';

async function whole(parts: CocoPart[], category: string): Promise<string> {
  let text = '';
  for await (const piece of cocoFile(parts, category)) text += piece;
  return text;
}

async function partAt(path: string, masks: boolean): Promise<string> {
  const image = generatedImage();
  const [part] = encodeCocoPart(masks ? image : { ...image, masks: [] }, 'part.json');
  await writeFile(path, part!.bytes);
  return path;
}

test('a part: annotations without ids, boxes as pycocotools has them', (t) => {
  const parts = encodeCocoPart(generatedImage(), 'parts/1.json');
  t.deepEqual(parts.map((part) => part.path), ['parts/1.json']);
  t.is(textOf(parts[0]!.bytes), '[{"segmentation":{"size":[4,5],"counts":"52207"},"area":4,"bbox":[1,1,2,2],"score":0.9375},'
    + '{"segmentation":{"size":[4,5],"counts":"`013"},"area":1,"bbox":[4,0,1,1],"score":0.5}]\n');
});

test('the file to the letter: ids from 1, images without masks stay listed', async (t) => {
  const folder = await temporaryFolder(t);
  const full = await partAt(join(folder, 'full.json'), true), empty = await partAt(join(folder, 'empty.json'), false);
  const size = { width: 5, height: 4 };
  t.is(await whole([{ fileName: 'a.png', ...size, path: full }, { fileName: 'b "2".png', ...size, path: empty }, { fileName: 'c.png', ...size, path: full }], 'thing'), [
    '{"images": [',
    '{"id":1,"file_name":"a.png","width":5,"height":4},',
    '{"id":2,"file_name":"b \\"2\\".png","width":5,"height":4},',
    '{"id":3,"file_name":"c.png","width":5,"height":4}',
    '],',
    '"annotations": [',
    '{"id":1,"image_id":1,"category_id":1,"segmentation":{"size":[4,5],"counts":"52207"},"area":4,"bbox":[1,1,2,2],"iscrowd":0,"score":0.9375},',
    '{"id":2,"image_id":1,"category_id":1,"segmentation":{"size":[4,5],"counts":"`013"},"area":1,"bbox":[4,0,1,1],"iscrowd":0,"score":0.5},',
    '{"id":3,"image_id":3,"category_id":1,"segmentation":{"size":[4,5],"counts":"52207"},"area":4,"bbox":[1,1,2,2],"iscrowd":0,"score":0.9375},',
    '{"id":4,"image_id":3,"category_id":1,"segmentation":{"size":[4,5],"counts":"`013"},"area":1,"bbox":[4,0,1,1],"iscrowd":0,"score":0.5}',
    '],',
    '"categories": [{"id":1,"name":"thing","supercategory":""}]}',
    '',
  ].join('\n'));
});

test('no masks, and no images', async (t) => {
  const empty = await partAt(join(await temporaryFolder(t), 'empty.json'), false);
  t.is(await whole([{ fileName: 'a.png', width: 5, height: 4, path: empty }], 'object'),
    '{"images": [\n{"id":1,"file_name":"a.png","width":5,"height":4}\n],\n"annotations": [],\n"categories": [{"id":1,"name":"object","supercategory":""}]}\n');
  t.is(await whole([], 'object'), '{"images": [],\n"annotations": [],\n"categories": [{"id":1,"name":"object","supercategory":""}]}\n');
});

test('a part that is gone or damaged is told with its image', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'half.json'), '[{"segmentation":');
  for (const name of ['half.json', 'gone.json']) {
    const error = await t.throwsAsync(whole([{ fileName: 'a.png', width: 1, height: 1, path: join(folder, name) }], 'object'), { code: 'data/json' });
    t.is('file' in error && error.file, 'a.png');
  }
});
