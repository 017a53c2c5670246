/**
 * YOLO, Pascal VOC and LabelMe as others read and write them: supervision, Ultralytics, datumaro, Pillow, LabelMe. Last run with Python 3.12,
 * supervision 0.31.2, ultralytics 8.4.190, datumaro 1.13.12, pillow 12.3.0, labelme 7.9.1, opencv 5.0.0.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Annotation, Category, DatasetEntry, Finding } from '../../src/dataset/types.js';
import { sourceOf, type Format, type ReadOptions } from '../../src/formats/format.js';
import { labelme } from '../../src/formats/labelme/labelme.js';
import { rleOfAnnotation } from '../../src/dataset/masks.js';
import { boxOf } from '../../src/dataset/shape-of.js';
import { voc } from '../../src/formats/voc/voc.js';
import { yoloDetect } from '../../src/formats/yolo/yolo-detect.js';
import { yolo } from '../../src/formats/yolo/yolo.js';
import { encodePngRgb } from '../../src/image/encode.js';
import { bitmaskFromRle, rleArea, rleFromBitmask, rleIntersection, type Rle } from '../../src/mask/rle.js';
import { layOut, memorySink } from '../contracts/memory-sink.js';
import { collected } from '../contracts/same.js';
import { peerTest, seeded } from './peers.js';

// datumaro takes no colon in a name, YAML takes yes for a truth
const CATEGORIES: Category[] = [{ id: 1, name: 'cat' }, { id: 2, name: 'dog "wild" #2' }, { id: 3, name: 'yes' }];
const IMAGES = 24;

/** An ellipse, with a hole in every third and a second part in every fourth. */
function blob(random: () => number, width: number, height: number, kind: number): Rle {
  const [cx, cy, rx, ry] = [width * (0.3 + 0.4 * random()), height * (0.3 + 0.4 * random()), width * (0.1 + 0.15 * random()), height * (0.1 + 0.15 * random())];
  const inside = (x: number, y: number, scale: number): boolean => ((x + 0.5 - cx) / (rx * scale)) ** 2 + ((y + 0.5 - cy) / (ry * scale)) ** 2 <= 1;
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width, y = Math.floor(i / width);
    return Number((inside(x, y, 1) && !(kind % 3 === 0 && inside(x, y, 0.4))) || (kind % 4 === 0 && x < 5 && y < 4));
  });
  return rleFromBitmask({ width, height, data });
}

/** Images of odd sizes with `objects` each; `shape` gives what is drawn. */
function scenes(seed: number, objects: number, shape: (random: () => number, width: number, height: number, id: number) => Partial<Annotation>): DatasetEntry[] {
  const random = seeded(seed);
  let id = 0;
  return Array.from({ length: IMAGES }, (_, i) => {
    const [width, height] = [40 + Math.floor(random() * 90), 40 + Math.floor(random() * 90)];
    const annotations = Array.from({ length: i % 5 === 4 ? 0 : objects }, (): Annotation => ({ id: ++id, imageId: i + 1, categoryId: 1 + (id % 3), isCrowd: false, ...shape(random, width, height, id) }));
    return { image: { id: i + 1, fileName: `${String(i).padStart(3, '0')}.png`, width, height, split: i % 3 === 0 ? 'val' : 'train' }, annotations };
  });
}

const boxes = (random: () => number, width: number, height: number): Partial<Annotation> => {
  const [x0, y0] = [random() * width * 0.6, random() * height * 0.6];
  return { box: { x0, y0, x1: x0 + 1 + random() * width * 0.3, y1: y0 + 1 + random() * height * 0.3 } };
};
const wholeBoxes = (random: () => number, width: number, height: number): Partial<Annotation> => {
  const [x0, y0] = [Math.floor(random() * width * 0.6), Math.floor(random() * height * 0.6)];
  return { box: { x0, y0, x1: x0 + 1 + Math.floor(random() * width * 0.3), y1: y0 + 1 + Math.floor(random() * height * 0.3) } };
};
const masks = (random: () => number, width: number, height: number, id: number): Partial<Annotation> => ({ segmentation: { kind: 'rle', rle: blob(random, width, height, id) } });

async function write(format: Format, entries: DatasetEntry[], folder: string): Promise<void> {
  const sink = memorySink();
  await format.writer!.write(sourceOf(CATEGORIES, entries), sink, {});
  await layOut(sink.files, folder, '');
}

/** The images of a dataset, grey. `pathOf`: where each belongs. */
async function drawImages(entries: readonly DatasetEntry[], folder: string, pathOf: (entry: DatasetEntry) => string): Promise<void> {
  for (const entry of entries) {
    const { width, height } = entry.image, path = join(folder, pathOf(entry));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await encodePngRgb({ width, height, data: new Uint8Array(width * height * 3).fill(128) }));
  }
}

async function read(format: Format, path: string, options: Partial<ReadOptions> = {}): Promise<{ entries: DatasetEntry[]; categories: readonly Category[]; findings: Finding[] }> {
  const findings: Finding[] = [];
  const { entries, categories } = await collected(await format.reader!.read(path, { maxPixels: 1 << 24, report: (found) => findings.push(found), ...options }));
  return { entries, categories, findings };
}

const corners = (annotation: Annotation): number[] => {
  const box = boxOf(annotation);
  return box === undefined ? [] : [box.x0, box.y0, box.x1, box.y1];
};

/** What a script prints for each image: class names with four numbers. */
type Seen = Record<string, [string, number[]][]>;

function sameBoxes(t: ExecutionContext, seen: Seen, entries: readonly DatasetEntry[], tolerance: number): void {
  let count = 0;
  for (const { image, annotations } of entries) {
    const found = seen[image.fileName] ?? [];
    t.deepEqual(found.map(([name]) => name), annotations.map(({ categoryId }) => CATEGORIES[categoryId - 1]?.name ?? ''), image.fileName);
    for (const [i, annotation] of annotations.entries()) {
      const expected = corners(annotation);
      t.true(found[i]![1].every((value, side) => Math.abs(value - expected[side]!) <= tolerance), `${image.fileName} ${i}: ${String(found[i])} and ${String(expected)}`);
      count++;
    }
  }
  t.log(`${count} boxes in ${entries.length} images`);
}

const bits = (annotation: Annotation, entry: DatasetEntry): number[] => [...bitmaskFromRle(rleOfAnnotation(annotation, entry.image)!).data];
const iou = (a: Rle, b: Rle): number => {
  const both = rleIntersection(a, b);
  return both / (rleArea(a) + rleArea(b) - both);
};

const SUPERVISION = `
import supervision as sv, os
def seen(ds):
  out = {}
  for path, _, d in ds:
    out[os.path.basename(path)] = [[ds.classes[c], [float(v) for v in b]] for c, b in zip(d.class_id, d.xyxy)] if len(d) else []
  return out
`;

peerTest('supervision reads our YOLO boxes', ['supervision'], async (t, { folder, run }) => {
  const entries = scenes(1, 4, boxes);
  await write(yoloDetect, entries, folder);
  await drawImages(entries, folder, ({ image }) => `images/${image.split}/${image.fileName}`);
  const seen = run(`${SUPERVISION}\nprint(json.dumps({k: v for s in ("train", "val") for k, v in seen(sv.DetectionDataset.from_yolo(f"images/{s}", f"labels/{s}", "data.yaml")).items()}))`) as Seen; // what the script prints
  sameBoxes(t, seen, entries, 1e-4);
});

peerTest('Ultralytics takes our YOLO boxes and segments for what they are', ['ultralytics'], async (t, { folder, run }) => {
  const script = (task: string): string => `
import sys, io, os, contextlib
with contextlib.redirect_stdout(sys.stderr):
  from ultralytics.data.utils import check_det_dataset, img2label_paths
  from ultralytics.data.dataset import YOLODataset
  data = check_det_dataset("data.yaml", autodownload=False)
  out = {}
  for split in ("train", "val"):
    ds = YOLODataset(img_path=data[split], data=data, task="${task}", augment=False, cache=False)
    for l in ds.labels:
      h, w = l["shape"]
      b = l["bboxes"]
      xyxy = [[float((cx - bw / 2) * w), float((cy - bh / 2) * h), float((cx + bw / 2) * w), float((cy + bh / 2) * h)] for cx, cy, bw, bh in b]
      out[os.path.basename(l["im_file"])] = [[data["names"][int(c)], box] for c, box in zip(l["cls"].reshape(-1), xyxy)]
print(json.dumps(out))`;
  const entries = scenes(2, 4, boxes);
  await write(yoloDetect, entries, folder);
  await drawImages(entries, folder, ({ image }) => `images/${image.split}/${image.fileName}`);
  sameBoxes(t, run(script('detect')) as Seen, entries, 1e-3); // what the script prints
  const segments = scenes(3, 3, masks);
  const other = join(folder, 'segments');
  await write(yolo, segments, other);
  await drawImages(segments, other, ({ image }) => `images/${image.split}/${image.fileName}`);
  sameBoxes(t, run(`import os\nos.chdir("segments")\n${script('segment')}`) as Seen, segments, 1e-3); // what the script prints
});

peerTest('supervision sees our YOLO segments as masks', ['supervision', 'numpy'], async (t, { folder, run }) => {
  const entries = scenes(4, 3, masks);
  await write(yolo, entries, folder);
  await drawImages(entries, folder, ({ image }) => `images/${image.split}/${image.fileName}`);
  // what the script prints
  const seen = run(`${SUPERVISION}
import numpy
out = {}
for s in ("train", "val"):
  for path, _, d in sv.DetectionDataset.from_yolo(f"images/{s}", f"labels/{s}", "data.yaml"):
    out[os.path.basename(path)] = [numpy.flatnonzero(m).tolist() for m in d.mask] if len(d) else []
print(json.dumps(out))`) as Record<string, number[][]>;
  const found: number[] = [];
  for (const { image, annotations } of entries) {
    t.is(seen[image.fileName]?.length, annotations.length);
    for (const [i, annotation] of annotations.entries()) {
      const data = new Uint8Array(image.width * image.height);
      for (const at of seen[image.fileName]?.[i] ?? []) data[at] = 1;
      found.push(iou(rleOfAnnotation(annotation, image)!, rleFromBitmask({ width: image.width, height: image.height, data })));
    }
  }
  // OpenCV fills the pixels that an outline runs through too, which makes every mask a little larger
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  t.log(`${found.length} masks, mean IoU ${mean.toFixed(4)}, least ${Math.min(...found).toFixed(4)}`);
  t.true(mean > 0.85);
});

peerTest('YOLO datasets that supervision writes are read', ['supervision', 'numpy'], async (t, { folder, run }) => {
  // what the script prints
  const seen = run(`${SUPERVISION}
import numpy, cv2
rng = numpy.random.default_rng(5)
os.mkdir("in")
images, annotations = [], {}
for i in range(${IMAGES}):
  w, h = int(rng.integers(40, 120)), int(rng.integers(40, 120))
  path = f"in/{i:03}.png"
  cv2.imwrite(path, numpy.full((h, w, 3), 90, numpy.uint8))
  n = int(rng.integers(0, 4))
  lo = rng.random((n, 2)) * [w * 0.6, h * 0.6]
  hi = lo + 1 + rng.random((n, 2)) * [w * 0.3, h * 0.3]
  images.append(path)
  annotations[path] = sv.Detections(xyxy=numpy.concatenate([lo, hi], 1).astype(numpy.float32), class_id=rng.integers(0, 3, n)) if n else sv.Detections.empty()
ds = sv.DetectionDataset(classes=${JSON.stringify(CATEGORIES.map(({ name }) => name))}, images=images, annotations=annotations)
ds.as_yolo("out/images", "out/labels", "out/data.yaml")
print(json.dumps(seen(ds)))`) as Seen;
  const { entries, findings } = await read(yoloDetect, join(folder, 'out'));
  t.deepEqual(findings.filter(({ severity }) => severity === 'error'), []);
  sameBoxes(t, Object.fromEntries(Object.entries(seen).map(([name, rows]) => [`images/${name}`, rows])), entries, 2e-3);
});

peerTest('supervision and datumaro read our VOC boxes', ['supervision', 'datumaro'], async (t, { folder, run }) => {
  const entries = scenes(6, 4, wholeBoxes);
  await write(voc, entries, folder);
  await drawImages(entries, folder, ({ image }) => `JPEGImages/${image.fileName}`);
  const seen = run(`${SUPERVISION}\nprint(json.dumps(seen(sv.DetectionDataset.from_pascal_voc("JPEGImages", "Annotations"))))`) as Seen; // what the script prints
  sameBoxes(t, seen, entries, 1e-4);
  // what the script prints
  const counted = run(`
import datumaro as dm
ds = dm.Dataset.import_from(".", "voc_detection")
names = [c.name for c in ds.categories()[dm.AnnotationType.label]]
print(json.dumps({(s + "/" + i.id): [[names[a.label], [a.x, a.y, a.x + a.w, a.y + a.h]] for a in i.annotations if a.type == dm.AnnotationType.bbox] for s, sub in ds.subsets().items() for i in sub if s != "trainval"}))`) as Seen;
  // datumaro shifts nothing: its minima are one more
  const shifted = Object.fromEntries(entries.map(({ image }) => [image.fileName, (counted[`${image.split}/${image.fileName.replace('.png', '')}`] ?? []).map(([name, [x0 = 0, y0 = 0, x1 = 0, y1 = 0]]): [string, number[]] => [name, [x0 - 1, y0 - 1, x1, y1]])]));
  sameBoxes(t, shifted, entries, 1e-4);
});

peerTest('Pillow and datumaro read the masks of our VOC pictures', ['numpy', 'PIL', 'datumaro'], async (t, { folder, run }) => {
  const entries = scenes(7, 1, masks);
  await write(voc, entries, folder);
  await drawImages(entries, folder, ({ image }) => `JPEGImages/${image.fileName}`);
  // what the script prints
  const seen = run(`
import numpy, glob, os
from PIL import Image
import datumaro as dm
out = {}
for f in sorted(glob.glob("SegmentationObject/*.png")):
  a, b = Image.open(f), Image.open(f.replace("Object", "Class"))
  assert a.mode == b.mode == "P" and a.getpalette()[:9] == [0, 0, 0, 128, 0, 0, 0, 128, 0]
  out[os.path.basename(f)] = [numpy.array(a).reshape(-1).tolist(), int(numpy.array(b).max())]
ds = dm.Dataset.import_from(".", "voc_instance_segmentation")
masks = {i.id: [a.image.astype(int).reshape(-1).tolist() for a in i.annotations if a.type == dm.AnnotationType.mask] for i in ds}
print(json.dumps([out, masks]))`) as [Record<string, [number[], number]>, Record<string, number[][]>];
  const withMasks = entries.filter(({ annotations }) => annotations.length > 0);
  t.is(Object.keys(seen[0]).length, withMasks.length);
  for (const entry of withMasks) {
    const [annotation] = entry.annotations as [Annotation]; // one each
    t.deepEqual(seen[0][entry.image.fileName], [bits(annotation, entry), annotation.categoryId]);
    t.deepEqual(seen[1][entry.image.fileName.replace('.png', '')], [bits(annotation, entry)]);
  }
});

peerTest('VOC datasets that supervision writes are read, polygons too', ['supervision', 'numpy'], async (t, { folder, run }) => {
  // what the script prints
  const seen = run(`${SUPERVISION}
import numpy, cv2
rng = numpy.random.default_rng(8)
os.mkdir("images")
images, annotations = [], {}
for i in range(${IMAGES}):
  w, h = int(rng.integers(40, 120)), int(rng.integers(40, 120))
  path = f"images/{i:03}.png"
  cv2.imwrite(path, numpy.full((h, w, 3), 90, numpy.uint8))
  masks = numpy.zeros((2, h, w), bool)
  for m in masks:
    x, y = rng.integers(0, w // 2), rng.integers(0, h // 2)
    m[y:y + rng.integers(5, h // 2), x:x + rng.integers(5, w // 2)] = True
  images.append(path)
  annotations[path] = sv.Detections(xyxy=sv.mask_to_xyxy(masks).astype(numpy.float32), mask=masks, class_id=rng.integers(0, 3, 2))
ds = sv.DetectionDataset(classes=${JSON.stringify(CATEGORIES.map(({ name }) => name))}, images=images, annotations=annotations)
ds.as_pascal_voc(annotations_directory_path="Annotations", approximation_percentage=0.0)
print(json.dumps(seen(sv.DetectionDataset.from_pascal_voc("images", "Annotations"))))`) as Seen;
  const { entries, categories, findings } = await read(voc, folder);
  t.deepEqual([...categories.map(({ name }) => name)].sort(), CATEGORIES.map(({ name }) => name).sort());
  t.deepEqual(findings, []);
  for (const { image, annotations } of entries) {
    t.deepEqual(annotations.map((a) => [categories.find(({ id }) => id === a.categoryId)?.name, corners(a)]), seen[image.fileName]);
    t.true(annotations.every(({ segmentation }) => segmentation?.kind === 'polygons'));
  }
  t.is(entries.length, IMAGES);
});

const LABELME = `
import sys, os, contextlib
os.environ.update(QT_QPA_PLATFORM="offscreen", LOGURU_LEVEL="ERROR")
with contextlib.redirect_stdout(sys.stderr):
  from labelme import _label_file as lf, _utils as utils
`;

peerTest('LabelMe reads our files, masks and all', ['labelme', 'numpy'], async (t, { folder, run }) => {
  const entries = scenes(9, 3, (random, width, height, id) => (id % 3 === 0 ? boxes(random, width, height) : id % 3 === 1 ? masks(random, width, height, id) : { segmentation: { kind: 'polygons', rings: [[1, 1, 30.5, 2, 20, 33], [2, 2, 9, 2, 9, 9]] }, attributes: { blurred: true }, score: 0.5 }));
  await write(labelme, entries, folder);
  await drawImages(entries, folder, ({ image }) => image.fileName);
  // what the script prints
  const seen = run(`${LABELME}
import glob, numpy
out = {}
for f in sorted(glob.glob("*.json")):
  l = lf.read_label_file(filename=f)
  out[l.image_path] = [[s["label"], s["shape_type"], s["points"], s["group_id"], s["flags"], None if s["mask"] is None else numpy.asarray(s["mask"]).astype(int).tolist(), s["other_data"]] for s in l.shapes]
print(json.dumps(out))`) as Record<string, [string, string, [number, number][], number | null, Record<string, boolean>, number[][] | null, object][]>;
  let count = 0;
  for (const entry of entries) {
    const shapes = seen[entry.image.fileName] ?? [];
    let at = 0, group = 0;
    for (const annotation of entry.annotations) {
      const [label, type, points, group_id, flags, mask, others] = shapes[at++]!;
      t.is(label, CATEGORIES[annotation.categoryId - 1]?.name ?? '');
      if (annotation.segmentation === undefined) t.deepEqual([type, points.flat(), group_id], ['rectangle', corners(annotation), null]);
      else if (annotation.segmentation.kind === 'rle') {
        t.is(type, 'mask');
        const whole = new Uint8Array(entry.image.width * entry.image.height);
        for (const [y, row] of (mask ?? []).entries()) row.forEach((bit, x) => { whole[(y + points[0]![1]) * entry.image.width + x + points[0]![0]] = bit; });
        t.deepEqual([...whole], bits(annotation, entry));
      } else {
        t.deepEqual([type, points.flat(), group_id, flags, others], ['polygon', annotation.segmentation.rings[0], ++group, { blurred: true }, { score: 0.5 }]);
        t.deepEqual([shapes[at]?.[2].flat(), shapes[at]?.[3]], [annotation.segmentation.rings[1], group]);
        at++;
      }
      count++;
    }
    t.is(at, shapes.length);
  }
  t.log(`${count} objects in ${entries.length} files`);
});

peerTest('files that LabelMe writes are read, and its masks are ours', ['labelme', 'numpy'], async (t, { folder, run }) => {
  // what the script prints
  const expected = run(`${LABELME}
import numpy
from PIL import Image
rng = numpy.random.default_rng(10)
out = {}
for i in range(${IMAGES}):
  w, h = int(rng.integers(20, 60)), int(rng.integers(20, 60))
  Image.fromarray(numpy.full((h, w, 3), 9, numpy.uint8)).save(f"{i:03}.png")
  x0, y0 = int(rng.integers(0, w - 8)), int(rng.integers(0, h - 8))
  patch = rng.random((int(rng.integers(2, h - y0)), int(rng.integers(2, w - x0)))) < 0.5
  mh, mw = patch.shape
  def shape(note=None, **more): return {"label": "cat", "group_id": None, "description": "", "flags": {"hard": False}, "mask": None, "locked": False, "other_data": {} if note is None else {"note": note}, **more}
  d = i % 2 * 0.375
  shapes = [shape(points=[[x0 + d, y0 + d], [x0 + mw - 1 + d, y0 + mh - 1 + d]], shape_type="mask", mask=patch),
            shape(points=[[10.5, 3.25], [2.0, 9.0]], shape_type="rectangle"), shape(points=[[1.0, 1.0], [9.5, 1.0], [9.5, 9.0]], shape_type="polygon", note={"a": [1]})]
  data = lf.Annotation(image_path=f"{i:03}.png", image_data=lf.read_image_file(filename=f"{i:03}.png"), shapes=shapes, flags={"night": True}, other_data={"tool": "x"})
  lf.write_label_file(filename=f"{i:03}.json", annotation=data, image_height=h, image_width=w, save_image_data=i % 3 == 0)
  full = utils.shapes_to_label(img_shape=(h, w), shapes=shapes[:1], label_name_to_value={"cat": 1})[0]
  out[f"{i:03}.png"] = full.reshape(-1).tolist()
print(json.dumps(out))`) as Record<string, number[]>;
  const { entries, findings } = await read(labelme, folder);
  t.deepEqual(findings, []);
  t.is(entries.length, IMAGES);
  for (const entry of entries) {
    const [mask, rectangle, polygon] = entry.annotations;
    t.deepEqual(bits(mask!, entry), expected[entry.image.fileName]);
    t.deepEqual([rectangle?.box, polygon?.segmentation, polygon?.extra, polygon?.attributes], [{ x0: 2, y0: 3.25, x1: 10.5, y1: 9 }, { kind: 'polygons', rings: [[1, 1, 9.5, 1, 9.5, 9]] }, { note: { a: [1] } }, { hard: false }]);
    t.deepEqual(entry.image.extra, { tool: 'x', flags: { night: true } });
  }
});
