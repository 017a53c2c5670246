/** CVAT XML: the contract, files as CVAT writes them, and every way in which they go wrong. */
import test from 'ava';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Annotation, Finding } from '../../../src/dataset/types.js';
import { cvat } from '../../../src/formats/cvat/cvat.js';
import { sourceOf } from '../../../src/formats/format.js';
import { rleToString } from '../../../src/mask/rle-string.js';
import { drawn } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const META = `<version>1.1</version><meta><task><id>7</id><name>t</name><mode>annotation</mode><labels>
  <label><name>car</name><color>#ff0000</color><type>any</type><attributes>
    <attribute><name>parked</name><input_type>checkbox</input_type></attribute><attribute><name>doors</name><input_type>number</input_type></attribute>
  </attributes></label><label><name>person</name><attributes></attributes></label>
</labels></task></meta>`;
const BOX = '<box label="car" source="manual" occluded="0" xtl="1.00" ytl="2.00" xbr="3.50" ybr="4.00" z_order="0"></box>';
const file = (images: string, meta = META): string => `<?xml version="1.0" encoding="utf-8"?>\n<annotations>${meta}${images}</annotations>\n`;
const image = (shapes: string, attributes = 'id="0" name="a.jpg" width="6" height="4"'): string => `<image ${attributes}>\n${shapes}</image>`;
const bad = (name: string, shape: string, code: string, leaves: number | 'refused' = 1) => ({ name, files: { 'annotations.xml': file(image(BOX + shape)) }, code, leaves });
const badImage = (name: string, attributes: string, code: string) => ({ name, files: { 'annotations.xml': file(image(BOX) + image(BOX, attributes)) }, code, leaves: 1 });
const mask = (rle: string, place = 'left="1" top="0" width="2" height="3"'): string => `<mask label="car" source="manual" occluded="0" rle="${rle}" ${place} z_order="0"></mask>`;
const polygon = (points: string, more = ''): string => `<polygon label="car" source="manual" occluded="0" points="${points}" z_order="0"${more}></polygon>`;

formatContract({
  format: cvat,
  fileName: 'annotations.xml',
  losses: { crowd: ['crowds'], scores: ['scores'], generator: ['generator'], extra: ['extra'], sparseIds: ['categories', 'ids'] },
  hostile: [
    bad('runs that sum to less', mask('1, 2'), 'rle/sum'),
    bad('runs that sum to more', mask('1, 6'), 'rle/sum'),
    bad('runs that sum to far more', mask('1, 9999999999, 9999999999'), 'rle/sum'),
    bad('runs that are no numbers', mask('1, x, 5'), 'rle/invalid'),
    bad('negative runs', mask('7, -1'), 'rle/invalid'),
    bad('no runs', mask(''), 'rle/invalid'),
    bad('a mask beyond the image', mask('6', 'left="5" top="0" width="2" height="3"'), 'rle/invalid'),
    bad('a mask before the image', mask('6', 'left="-1" top="0" width="2" height="3"'), 'rle/invalid'),
    bad('a mask without width', mask('0', 'left="1" top="0" width="0" height="3"'), 'rle/invalid'),
    bad('a mask of fractions', mask('6', 'left="1.5" top="0" width="2" height="3"'), 'rle/invalid'),
    bad('NaN', BOX.replace('1.00', 'NaN'), 'box/invalid'),
    bad('1e999', BOX.replace('3.50', '1e999'), 'box/invalid'),
    bad('a missing corner', BOX.replace('xbr="3.50"', ''), 'box/invalid'),
    bad('a box that ends before it begins', BOX.replace('3.50', '0.50'), 'box/negative-size'),
    bad('a rotation that is no number', BOX.replace('z_order', 'rotation="left" z_order'), 'box/invalid'),
    bad('two points', polygon('1,1;2,2'), 'polygon/short'),
    bad('a point with one number', polygon('1,1;2;3,3'), 'polygon/odd'),
    bad('a point that is no number', polygon('1,1;2,inf;3,3'), 'polygon/invalid'),
    bad('no points', polygon(''), 'polygon/odd'),
    bad('a label that nobody declared', BOX.replace('car', 'cat'), 'category/unknown'),
    bad('a label of JavaScript\'s', BOX.replace('car', '__proto__'), 'category/unknown'),
    ...['polyline', 'points', 'ellipse', 'cuboid', 'skeleton', 'hologram'].map((kind) => bad(`a shape of kind ${kind}`, `<${kind} label="car" occluded="0" points="1,1;2,2;3,3"></${kind}>`, 'shape/unsupported')),
    badImage('an image without a name', 'id="1" width="6" height="4"', 'image/invalid'),
    badImage('an image without a width', 'id="1" name="b.jpg" height="4"', 'image/invalid'),
    badImage('an image of 0 pixels', 'id="1" name="b.jpg" width="0" height="4"', 'image/invalid'),
    badImage('an image id twice', 'id="0" name="b.jpg" width="6" height="4"', 'id/duplicate'),
    badImage('an image id that is no number', 'id="x" name="b.jpg" width="6" height="4"', 'id/invalid'),
    badImage('a name that leads out', 'id="1" name="../../b.jpg" width="6" height="4"', 'path/outside'),
    badImage('a name that is absolute', 'id="1" name="/b.jpg" width="6" height="4"', 'path/outside'),
    badImage('a name that is a URL', 'id="1" name="http://x/b.jpg" width="6" height="4"', 'path/outside'),
    { name: 'masks in an image of more pixels than allowed', files: { 'annotations.xml': file(image(BOX + mask('6'), 'id="0" name="a.jpg" width="900000000" height="900000000"')) }, code: 'image/invalid', leaves: 1 },
    { name: 'tracks of a video', files: { 'annotations.xml': file('<track id="0" label="car"><box frame="0"/></track>') }, code: 'data/format', leaves: 'refused' },
    { name: 'tracks behind images', files: { 'annotations.xml': file(`${image(BOX)}<track id="0" label="car"/>`) }, code: 'data/format', leaves: 'refused' },
    { name: 'a DOCTYPE', files: { 'annotations.xml': `<!DOCTYPE annotations [<!ENTITY x "y">]>${file(image(BOX)).slice(39)}` }, code: 'data/xml', leaves: 'refused' },
    { name: 'a file cut off', files: { 'annotations.xml': file(image(BOX)).slice(0, -20) }, code: 'data/xml', leaves: 'refused' },
    { name: 'Pascal VOC\'s XML', files: { 'annotations.xml': '<annotation><object/></annotation>' }, code: 'data/format', leaves: 'refused' },
  ],
});

async function read(t: Parameters<typeof temporaryFolder>[0], text: string) {
  const path = join(await temporaryFolder(t), 'annotations.xml');
  await writeFile(path, text);
  const findings: Finding[] = [];
  const dataset = await collected(await cvat.reader!.read(path, { maxPixels: MAX_PIXELS, report: (found) => findings.push(found) }));
  return { ...dataset, findings, annotations: dataset.entries.flatMap(({ annotations }) => annotations) };
}

test('a file as CVAT exports it', async (t) => {
  const { categories, entries, findings } = await read(t, file(`
    ${image(`${BOX.replace('></box>', '><attribute name="parked">true</attribute><attribute name="doors">4</attribute><attribute name="note"></attribute></box>')}
      ${mask('1, 2, 0, 3').replace('occluded="0"', 'occluded="1"').replace('z_order="0"', 'z_order="-2"')}<tag label="person" source="manual"></tag>`, 'id="4" name="sub/a b.jpg" subset="Train" width="6" height="4"')}
    ${image('', 'id="5" name="b.jpg" subset="odd" width="1" height="1"')}`));
  t.deepEqual(findings, []);
  t.deepEqual(categories, [{ id: 1, name: 'car' }, { id: 2, name: 'person' }]);
  t.deepEqual(entries.map((entry) => entry.image), [
    { id: 4, fileName: 'sub/a b.jpg', width: 6, height: 4, split: 'train', extra: { tags: ['person'] } },
    { id: 5, fileName: 'b.jpg', width: 1, height: 1, extra: { subset: 'odd' } },
  ]);
  t.deepEqual(entries[0]!.annotations, [
    { id: 1, imageId: 4, categoryId: 1, isCrowd: false, box: { x0: 1, y0: 2, x1: 3.5, y1: 4 }, attributes: { parked: true, doors: 4, note: '' } },
    { id: 2, imageId: 4, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle', rle: drawn('..#...', '.##...', '.##...', '......') }, attributes: { occluded: true, z_order: -2 } },
  ]);
});

test('masks are row-major runs in their box, background first', async (t) => {
  const write = async (...rows: string[]): Promise<string> => {
    const rle = drawn(...rows), sink = memorySink();
    await cvat.writer!.write(sourceOf([{ id: 1, name: 'x' }], [{ image: { id: 1, fileName: 'a', width: rle.width, height: rle.height }, annotations: [{ id: 1, imageId: 1, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle', rle } }] }]), sink, {});
    return /rle="[^>]*height="[0-9]+"/.exec(sink.text())?.[0] ?? '';
  };
  t.is(await write('.....', '..##.', '.###.'), 'rle="1, 5" left="1" top="1" width="3" height="2"');
  t.is(await write('#.#', '...', '#..'), 'rle="0, 1, 1, 1, 3, 1, 2" left="0" top="0" width="3" height="3"');
});

test('a rotated box is the polygon of its corners, turned clockwise around its middle, and said', async (t) => {
  const { annotations, findings } = await read(t, file(image(['90', '-30.00', '0.00', '720'].map((rotation) => `<box label="car" occluded="0" xtl="1" ytl="1" xbr="5" ybr="3" rotation="${rotation}"/>`).join(''))));
  t.deepEqual(findings.map(({ code, severity }) => [code, severity]), [['shape/rotated', 'warning'], ['shape/rotated', 'warning']]);
  t.deepEqual(annotations[0]!.segmentation, { kind: 'polygons', rings: [[4, 0, 4, 4, 2, 4, 2, 0]] });
  const tilted = annotations[1]!.segmentation;
  t.deepEqual(tilted?.kind === 'polygons' && tilted.rings[0]!.slice(0, 2), [0.767949192, 2.133974596]);
  t.deepEqual(annotations.slice(2).map(({ box }) => box), [{ x0: 1, y0: 1, x1: 5, y1: 3 }, { x0: 1, y0: 1, x1: 5, y1: 3 }]);
});

test('polygons of one group, label and attributes are one object; others keep their group', async (t) => {
  const square = '0,0;1,0;1,1', other = '3,3;4,3;4,4', grouped = ' group_id="3"';
  const { annotations } = await read(t, file(image(polygon(square, grouped) + BOX.replace('z_order', 'group_id="3" z_order') + polygon(other, grouped) + polygon(other) + polygon(other, grouped).replace('car', 'person') + polygon(other, ' group_id="4"'))));
  t.deepEqual(annotations.map(({ categoryId, segmentation, attributes }) => [categoryId, segmentation?.kind === 'polygons' ? segmentation.rings.length : 'box', attributes]), [
    [1, 2, undefined], [1, 'box', { group_id: 3 }], [1, 1, undefined], [2, 1, { group_id: 3 }], [1, 1, { group_id: 4 }],
  ]);
});

test('groups of parts are new ones, and values that change their type are a loss', async (t) => {
  const shape = (id: number, rest: Partial<Annotation>): Annotation => ({ id, imageId: 1, categoryId: 1, isCrowd: false, ...rest });
  const parts = { kind: 'polygons' as const, rings: [[0, 0, 1, 0, 1, 1], [3, 3, 4, 3, 4, 4]] };
  const annotations = [
    shape(1, { segmentation: parts }), shape(2, { box: { x0: 0, y0: 0, x1: 1, y1: 1 }, attributes: { group_id: 9, occluded: false, z_order: 2, n: 1 } }),
    shape(3, { segmentation: parts, attributes: { n: 'one' } }), shape(4, { segmentation: parts, attributes: { group_id: 2 } }),
  ];
  const sink = memorySink();
  await cvat.writer!.write(sourceOf([{ id: 1, name: 'x' }], [{ image: { id: 1, fileName: 'a', width: 5, height: 5 }, annotations }]), sink, {});
  t.deepEqual([...sink.text().matchAll(/group_id="([0-9]+)"/g)].map(([, id]) => id), ['10', '10', '9', '11', '11', '12', '12']);
  t.deepEqual([...sink.losses].map(([loss, { count }]) => [loss, count]), [['attributes', 2]], 'the 1 beside "one", and the group of parts');
  const back = await read(t, sink.text());
  t.deepEqual(back.annotations.map(({ segmentation, attributes }) => [segmentation?.kind === 'polygons' && segmentation.rings.length, attributes]), [
    [2, undefined], [false, { group_id: 9, z_order: 2, occluded: false, n: '1' }], [2, { n: 'one' }], [2, undefined],
  ]);
});

test('without labels in the head they are those of the shapes; several tasks in a file number images anew', async (t) => {
  const { categories, entries } = await read(t, file(image(BOX, 'id="0" name="a.jpg" width="6" height="4" task_id="1"') + image(BOX.replace('car', 'cat'), 'id="0" name="b.jpg" width="6" height="4" task_id="2"'), ''));
  t.deepEqual(categories.map(({ name }) => name), ['car', 'cat']);
  t.deepEqual(entries.map(({ image: { id, fileName } }) => [id, fileName]), [[1, 'a.jpg'], [2, 'b.jpg']]);
});

test('a folder with annotations.xml is read like the file, and both are recognised', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'images'));
  await writeFile(join(folder, 'annotations.xml'), file(image(mask('0, 6'))));
  const { entries } = await collected(await cvat.reader!.read(folder, { maxPixels: MAX_PIXELS, report: () => undefined }));
  const segmentation = entries[0]!.annotations[0]!.segmentation;
  t.is(segmentation?.kind === 'rle' && rleToString(segmentation.rle), rleToString(drawn('.##...', '.##...', '.##...', '......')));
  const head = Buffer.from(file(image('')));
  const probe = { path: 'x', directory: false, head, names: [], headOf: async () => head };
  t.true((await cvat.detect(probe)).score > 0.9);
  t.true((await cvat.detect({ ...probe, directory: true, head: new Uint8Array(), names: ['annotations.xml'] })).score > 0.9);
  t.is((await cvat.detect({ ...probe, head: Buffer.from('<annotation><filename>') })).score, 0);
});

test('findings name the image, the shape and the line', async (t) => {
  const { findings } = await read(t, file(`\n${image(`${BOX}\n${mask('1, 2')}`)}`));
  t.deepEqual(findings.map(({ code, file: name, record, path, line }) => [code, name, record, path, line]), [['rle/sum', 'annotations.xml', 'mask[1] of image a.jpg', 'rle', 9]]);
});
