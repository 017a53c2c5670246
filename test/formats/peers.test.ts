/**
 * What we write is read by the programs that others read with, and what those write is read here: NumPy, Pillow, OpenCV, Python's csv,
 * label-studio-sdk and datumaro. Last run with Python 3.11, numpy 2.2.6, pillow 12.3.0, opencv 4.12.0, label-studio-sdk 2.1.2, datumaro 1.13.12.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Annotation, DatasetEntry, Finding } from '../../src/dataset/types.js';
import { csv } from '../../src/formats/csv/csv.js';
import { cvat } from '../../src/formats/cvat/cvat.js';
import { sourceOf, type Format } from '../../src/formats/format.js';
import { labelPng } from '../../src/formats/png/label-png.js';
import { maskOfBrush } from '../../src/formats/label-studio/label-studio-rle.js';
import { npy } from '../../src/formats/npy/npy.js';
import { decodeNpy, encodeNpyFloats } from '../../src/formats/npy/npy-array.js';
import { png } from '../../src/formats/png/png.js';
import { encodePngGrey } from '../../src/image/encode.js';
import { bitmaskFromRle, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { layOut, memorySink } from '../contracts/memory-sink.js';
import { collected } from '../contracts/same.js';
import { peerTest, seeded } from './peers.js';

/** A mask of blobs: some runs, some noise. */
function randomMask(random: () => number, width: number, height: number): Rle {
  const density = random();
  return rleFromBitmask({ width, height, data: Uint8Array.from({ length: width * height }, (_, i) => ((Math.floor(i / 3) * 7) % 11 < density * 11 !== random() < 0.1 ? 1 : 0)) });
}

const bitsOf = (rle: Rle): number[] => [...bitmaskFromRle(rle).data];
const maskIn = ({ segmentation }: Annotation): number[] => (segmentation?.kind === 'rle' ? bitsOf(segmentation.rle) : []);
const shape = (id: number, imageId: number, rest: Partial<Annotation>): Annotation => ({ id, imageId, categoryId: 1, isCrowd: false, ...rest });
const masked = (id: number, imageId: number, rle: Rle): Annotation => shape(id, imageId, { segmentation: { kind: 'rle', rle } });

function scenes(seed: number, images: number, masks: number): DatasetEntry[] {
  const random = seeded(seed);
  let id = 1;
  return Array.from({ length: images }, (_, i) => {
    const [width, height] = [1 + Math.floor(random() * 40), 1 + Math.floor(random() * 40)];
    return { image: { id: i + 1, fileName: `s/${String(i).padStart(3, '0')}.png`, width, height }, annotations: Array.from({ length: masks }, () => masked(id++, i + 1, randomMask(random, width, height))) };
  });
}

async function write(format: Format, entries: DatasetEntry[], folder: string, fileName = 'file'): Promise<string> {
  const sink = memorySink();
  await format.writer!.write(sourceOf([{ id: 1, name: 'object' }], entries), sink, {});
  return layOut(sink.files, folder, fileName);
}

async function read(format: Format, path: string, images?: string): Promise<{ entries: DatasetEntry[]; findings: Finding[] }> {
  const findings: Finding[] = [];
  const { entries } = await collected(await format.reader!.read(path, { maxPixels: 1 << 24, images, report: (found) => findings.push(found) }));
  return { entries, findings: findings.filter(({ code }) => code !== 'image/name-unknown') };
}

peerTest('NumPy reads our arrays', ['numpy'], async (t, { folder, run }) => {
  const entries = scenes(1, 20, 3);
  await write(npy, entries, folder);
  const script = 'import numpy, glob\nprint(json.dumps([[a.dtype.str, list(a.shape), a.astype(int).reshape(-1).tolist()] for a in (numpy.load(f, allow_pickle=False) for f in sorted(glob.glob("s/*.npy")))]))';
  t.deepEqual(run(script), entries.map(({ image, annotations }) => ['|b1', [3, image.height, image.width], annotations.flatMap(maskIn)]));
  const floats = Float32Array.from({ length: 24 }, (_, i) => Math.fround(Math.sin(i) * 10 ** (i - 12)));
  await writeFile(join(folder, 'f.npy'), encodeNpyFloats(floats, [2, 3, 4]));
  t.deepEqual(run('import numpy\na = numpy.load("f.npy")\nprint(json.dumps([a.dtype.str, a.shape, [float(x) for x in a.reshape(-1)]]))'), ['<f4', [2, 3, 4], [...floats]]);
});

peerTest('arrays of every type, order and version that NumPy writes are read', ['numpy'], async (t, { folder, run }) => {
  const expected = run(`
import numpy
rng = numpy.random.default_rng(7)
out = {}
for i, t in enumerate(['|b1', '|u1', '|i1', '<u2', '>u2', '<i2', '>i2', '<u4', '>u4', '<i4', '>i4', '<u8', '>u8', '<i8', '>i8', '<f4', '>f4', '<f8', '>f8']):
  for order in 'CF':
    for j, shape in enumerate([(5, 7), (1, 9), (3, 4, 6), (1, 5, 2), (2, 1, 3, 5), (0, 3, 4)]):
      name = f'{i:02}{order}{j}'
      bits = rng.random(shape) < 0.4
      value = True if t == '|b1' else (numpy.ones(1, t) * 3)[0]
      a = numpy.asarray(bits * value, dtype=t, order=order)
      with open(name + '.npy', 'wb') as f:
        numpy.lib.format.write_array(f, a, version=[(1, 0), (2, 0), (3, 0)][j % 3])
      out[name] = bits.astype(int).reshape(bits.size // (shape[-1] * shape[-2]), shape[-1] * shape[-2]).tolist()
print(json.dumps(out))`);
  const { entries, findings } = await read(npy, folder);
  t.deepEqual(findings, []);
  t.deepEqual(Object.fromEntries(entries.map(({ image, annotations }) => [image.fileName, annotations.map(maskIn)])), expected);
  t.is(entries.length, 19 * 2 * 6);
  run('import numpy\nnumpy.save("floats.npy", numpy.array([[0.1, -0.0], [float("inf"), 1e-40]], "<f4"))');
  t.deepEqual([...decodeNpy(await readFile(join(folder, 'floats.npy')), 4, 'floats.npy').data], [Math.fround(0.1), -0, Infinity, Math.fround(1e-40)]);
});

peerTest('Pillow and OpenCV read our masks and labels', ['numpy', 'PIL', 'cv2'], async (t, { folder, run }) => {
  const entries = scenes(2, 12, 3);
  await write(png, entries, join(folder, 'masks'));
  t.deepEqual(run('import numpy, glob, cv2\nfrom PIL import Image\nfor f in sorted(glob.glob("masks/s/*/*.png")):\n  assert (numpy.array(Image.open(f)) == cv2.imread(f, cv2.IMREAD_UNCHANGED)).all()\nprint(json.dumps([[Image.open(f).mode, numpy.array(Image.open(f)).reshape(-1).tolist()] for f in sorted(glob.glob("masks/s/*/*.png"))]))'),
    entries.flatMap(({ annotations }) => annotations.map((annotation) => ['L', maskIn(annotation).map((bit) => bit * 255)])));
  const strip = (count: number): DatasetEntry => ({ image: { id: 1, fileName: `${count}.png`, width: 400, height: 1 }, annotations: Array.from({ length: count }, (_, i) => masked(i + 1, 1, { width: 400, height: 1, counts: Uint32Array.of(i, 1, 399 - i) })) });
  for (const count of [200, 300]) {
    await write(labelPng, [strip(count)], join(folder, `labels${count}`));
    t.deepEqual(run(`import numpy, cv2\nfrom PIL import Image\na = numpy.array(Image.open("labels${count}/${count}.png"))\nb = cv2.imread("labels${count}/${count}.png", cv2.IMREAD_UNCHANGED)\nassert (a == b).all()\nprint(json.dumps([b.dtype.str, b.reshape(-1).tolist()]))`),
      [count > 255 ? '<u2' : '|u1', Array.from({ length: 400 }, (_, i) => (i < count ? i + 1 : 0))]);
  }
});

peerTest('masks and labels of every kind that Pillow and OpenCV write are read', ['numpy', 'PIL', 'cv2'], async (t, { folder, run }) => {
  const expected = run(`
import numpy, os, cv2
from PIL import Image
rng = numpy.random.default_rng(3)
masks, labels = {}, {}
os.makedirs('masks'); os.makedirs('labels')
for i in range(8):
  bits = rng.random((int(rng.integers(1, 30)), int(rng.integers(1, 30)))) < 0.5
  d = f'masks/{i}'; os.makedirs(d)
  grey = Image.fromarray(bits.astype('u1') * 255)
  grey.save(f'{d}/0.png'); grey.convert('1').save(f'{d}/1.png'); grey.convert('RGB').save(f'{d}/2.png'); grey.convert('RGBA').save(f'{d}/3.png')
  Image.merge('LA', [grey, Image.new('L', grey.size, 255)]).save(f'{d}/4.png')
  grey.convert('P').save(f'{d}/5.png'); grey.convert('P', palette=Image.Palette.ADAPTIVE).save(f'{d}/6.png')
  Image.fromarray(bits.astype('<u2') * 65535).save(f'{d}/7.png'); cv2.imwrite(f'{d}/8.png', bits.astype('u1') * 200); cv2.imwrite(f'{d}/9.png', bits.astype('u1'))
  masks[str(i)] = [bits.astype(int).reshape(-1).tolist()] * 10
  values = rng.integers(0, 4, bits.shape)
  palette = Image.fromarray(values.astype('u1'), 'P'); palette.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 1, 2, 3])
  palette.save(f'labels/{i}p.png'); Image.fromarray(values.astype('u1')).save(f'labels/{i}g.png'); cv2.imwrite(f'labels/{i}w.png', (values * 1000).astype('u2'))
  for kind, scale in [('p', 1), ('g', 1), ('w', 1000)]:
    labels[f'{i}{kind}'] = [[int(v) * scale, (values == v).astype(int).reshape(-1).tolist()] for v in sorted(set(values.reshape(-1).tolist())) if v]
print(json.dumps([masks, labels]))`);
  const masks = await read(png, join(folder, 'masks')), labels = await read(labelPng, join(folder, 'labels'));
  t.deepEqual([...masks.findings, ...labels.findings], []);
  t.deepEqual([
    Object.fromEntries(masks.entries.map(({ image, annotations }) => [image.fileName, annotations.map(maskIn)])),
    Object.fromEntries(labels.entries.map(({ image, annotations }) => [image.fileName, annotations.map((annotation) => [annotation.attributes?.['label'], maskIn(annotation)])])),
  ], expected);
});

peerTest('Python\'s csv reads our lines, and we read its lines', ['csv'], async (t, { folder, run }) => {
  const names = ['plain', 'a,b', 'say "x"', 'two\nlines', ' spaced ', 'é 猫', '\'', 'a\tb'];
  const categories = names.map((name, i) => ({ id: i + 1, name }));
  const boxes = names.map((_, i) => ({ x0: i / 3, y0: -0.1, x1: i + 1e-7, y1: 123456789.125 }));
  const sink = memorySink();
  await csv.writer!.write(sourceOf(categories, [{ image: { id: 1, fileName: 'x, "y".jpg', width: 9, height: 9 }, annotations: boxes.map((box, i) => shape(i + 1, 1, { box, categoryId: i + 1 })) }]), sink, {});
  await writeFile(join(folder, 'ours.csv'), sink.text());
  const rows = run('import csv\nprint(json.dumps([[r["file_name"], r["category"], *[float(r[k]) for k in ("x0", "y0", "x1", "y1")]] for r in csv.DictReader(open("ours.csv", newline="", encoding="utf-8"))]))');
  t.deepEqual(rows, names.map((name, i) => ['x, "y".jpg', name, ...Object.values(boxes[i]!)]));
  run('import csv\nw = csv.writer(open("theirs.csv", "w", newline="", encoding="utf-8"))\nw.writerow(["file_name", "x0", "y0", "x1", "y1", "category", "width", "height"])\nfor name, *box in given: w.writerow(["x.jpg", *box, name, 5, 5])', names.map((name, i) => [name, ...Object.values(boxes[i]!)]));
  const { entries, findings } = await read(csv, join(folder, 'theirs.csv'));
  t.deepEqual(findings, []);
  t.deepEqual(entries[0]!.annotations.map(({ box }) => box), boxes);
});

peerTest('brush masks that label-studio-sdk packs are read as it reads them', ['numpy', 'label_studio_sdk.converter.brush'], async (t, { run }) => {
  const random = seeded(5);
  const masks = Array.from({ length: 60 }, () => randomMask(random, 1 + Math.floor(random() * 50), 1 + Math.floor(random() * 50)));
  masks.push({ width: 400, height: 300, counts: Uint32Array.of(0, 120_000) }, { width: 400, height: 300, counts: Uint32Array.of(120_000) }, { width: 400, height: 300, counts: Uint32Array.of(50_000, 1, 69_999) });
  const script = 'import numpy\nfrom label_studio_sdk.converter import brush\nout = []\nfor w, h, bits in given:\n  rle = brush.mask2rle(numpy.array(bits, dtype="uint8").reshape(h, w) * 255)\n  out.append([rle, (brush.decode_rle(rle).reshape(h, w, 4)[:, :, 3] > 0).astype(int).reshape(-1).tolist()])\nprint(json.dumps(out))';
  const answers = run(script, masks.map((rle) => [rle.width, rle.height, bitsOf(rle)])) as [number[], number[]][]; // what the script prints
  for (const [i, [stream, bits]] of answers.entries()) {
    const mask = maskOfBrush(Uint8Array.from(stream), masks[i]!);
    t.deepEqual('code' in mask ? mask.message : bitsOf(mask), bits, `mask ${i}`);
  }
});

const DATUMARO = ['numpy', 'datumaro.plugins.data_formats.cvat.base'];

peerTest('datumaro reads our CVAT files', DATUMARO, async (t, { folder, run }) => {
  const entries = scenes(9, 10, 2);
  for (const { image, annotations } of entries) {
    const id = (annotations.at(-1)?.id ?? 0) + 1000;
    annotations.push(shape(id, image.id, { box: { x0: 0.25, y0: 1, x1: 7.5, y1: 3 } }), shape(id + 1, image.id, { segmentation: { kind: 'polygons', rings: [[0, 0, 4.5, 0, 4, 3.25]] }, attributes: { occluded: true, z_order: 3 } }));
    await mkdir(join(folder, 'images', 's'), { recursive: true });
    await writeFile(join(folder, 'images', image.fileName), await encodePngGrey(new Uint8Array(image.width * image.height), image.width, image.height));
  }
  await write(cvat, entries, folder, 'annotations.xml');
  const seen = run(`
from datumaro.plugins.data_formats.cvat.base import CvatBase
out = {}
for item in CvatBase('annotations.xml'):
  kinds = {a.type.name: a for a in item.annotations}
  out[item.id] = {'masks': [a.image.astype(int).reshape(-1).tolist() for a in item.annotations if a.type.name == 'mask'], 'box': kinds['bbox'].get_bbox(), 'polygon': kinds['polygon'].points,
    'order': kinds['polygon'].z_order, 'occluded': kinds['polygon'].attributes['occluded'], 'id': item.attributes['frame']}
print(json.dumps(out))`);
  t.deepEqual(seen, Object.fromEntries(entries.map(({ image, annotations }) => [image.fileName.replace('.png', ''), {
    masks: annotations.slice(0, 2).map(maskIn).filter((bits) => bits.includes(1)), box: [0.25, 1, 7.25, 2], polygon: [0, 0, 4.5, 0, 4, 3.25], order: 3, occluded: true, id: image.id,
  }])));
});

peerTest('CVAT files that datumaro writes are read', DATUMARO, async (t, { folder, run }) => {
  const entries = scenes(11, 8, 3);
  run(`
import numpy
from datumaro.components.annotation import AnnotationType, Bbox, LabelCategories, Mask, Polygon
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image
items = []
for i, (w, h, masks) in enumerate(given):
  shapes = [Mask(numpy.array(m, dtype='uint8').reshape(h, w), label=0, z_order=0) for m in masks]
  items.append(DatasetItem(id=f's/{i:03}', media=Image.from_numpy(data=numpy.zeros((h, w, 3), 'uint8')), attributes={'frame': i}, annotations=shapes + [Bbox(1, 2, 3, 4, label=1), Polygon([0, 0, 4.5, 0, 4, 3.25], label=1)]))
Dataset.from_iterable(items, categories=['cat', 'dog']).export('out', 'cvat', save_media=False)`, entries.map(({ image, annotations }) => [image.width, image.height, annotations.map(maskIn)]));
  const { entries: back, findings } = await read(cvat, join(folder, 'out', 'default.xml'));
  t.deepEqual(findings, []);
  t.deepEqual(back.map(({ annotations }) => annotations.slice(0, 3).map(maskIn)), entries.map(({ annotations }) => annotations.map(maskIn)));
  for (const { annotations } of back) t.deepEqual(annotations.slice(3).map(({ box, segmentation, categoryId }) => [box ?? segmentation, categoryId]), [[{ x0: 1, y0: 2, x1: 4, y1: 6 }, 2], [{ kind: 'polygons', rings: [[0, 0, 4.5, 0, 4, 3.25]] }, 2]]);
});
