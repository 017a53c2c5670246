/** Datasets beside each other: what belongs together, and what is told of what does not. */
import test from 'ava';
import type { Annotation, Category, DatasetEntry, Finding } from '../../src/dataset/types.js';
import { SamError } from '../../src/errors.js';
import { compareSources, type Compared, type Comparison } from '../../src/evaluation/compare-sources.js';
import { MaskEvaluation, type EvaluationResult } from '../../src/evaluation/mask-evaluation.js';
import { sourceOf } from '../../src/formats/format.js';
import { rleOf } from '../mask/drawn.js';

const CATS: Category[] = [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }];
const box = { x0: 0, y0: 0, x1: 4, y1: 1 };

function entry(id: number, fileName: string, annotations: Partial<Annotation>[], size = { width: 8, height: 1 }): DatasetEntry {
  return { image: { id, fileName, ...size }, annotations: annotations.map((annotation, i) => ({ id: 10 * id + i, imageId: id, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle', rle: rleOf('####....') }, ...annotation })) };
}

interface Outcome { compared: Compared; result: EvaluationResult; findings: Finding[] }

async function compare(truth: DatasetEntry[], predictions: DatasetEntry[], more: Partial<Comparison> = {}, [mine, theirs] = [CATS, CATS]): Promise<Outcome> {
  const findings: Finding[] = [];
  const evaluation = new MaskEvaluation({ iouTypes: more.masks === false ? ['bbox'] : ['segm'], categories: more.classAgnostic === true ? undefined : mine.map(({ id }) => id) });
  const compared = await compareSources({
    truth: { source: sourceOf(mine, truth), file: 'gt.json' }, predictions: { source: sourceOf(theirs, predictions), file: 'pred.json' }, by: 'name', classAgnostic: false, onlyPredicted: false, masks: true, boxes: false, missingScore: undefined,
    report: (finding) => { findings.push(finding); }, ...more,
  }, evaluation);
  return { compared, result: evaluation.result(), findings };
}

const ap = ({ result }: Outcome): number | undefined => result.types[0]?.summary['AP50'];
const codes = ({ findings }: Outcome): string[] => findings.map(({ code, file, record }) => [code, file, record].filter((part) => part !== undefined).join(' '));

test('images by name or id, categories by name or id', async (t) => {
  const truth = [entry(1, 'a.png', [{ categoryId: 2 }, { categoryId: 1, segmentation: { kind: 'rle', rle: rleOf('....####') } }])];
  const byName = await compare(truth, [entry(77, 'a.png', [{ score: 1, categoryId: 5 }])], {}, [CATS, [{ id: 5, name: 'dog' }]]);
  t.is(byName.result.types[0]!.byCategory[1]!.AR, 1, 'dog is dog');
  t.deepEqual(codes(byName), []);
  const byId = await compare(truth, [entry(1, 'other.png', [{ score: 1, categoryId: 2 }])], { by: 'id' });
  t.is(byId.result.types[0]!.byCategory[1]!.AR, 1);
  t.deepEqual(byId.compared, { images: 1, detections: 1, truths: 2, unpredicted: 0 });
});

test('two categories of one name: the one with the same id is meant', async (t) => {
  const twice: Category[] = [{ id: 1, name: 'cat' }, { id: 2, name: 'cat' }];
  const { result } = await compare([entry(1, 'a', [{ categoryId: 2 }])], [entry(1, 'a', [{ score: 1, categoryId: 2 }])], {}, [twice, twice]);
  t.is(result.types[0]!.byCategory[1]!.AR, 1);
});

test('images that only one of both has', async (t) => {
  const both = await compare([entry(1, 'a', [{}]), entry(2, 'b', [{}])], [entry(5, 'x', [{ score: 1 }]), entry(6, 'a', [{ score: 1 }])]);
  t.deepEqual(codes(both).sort(), ['image/unknown pred.json', 'image/unpredicted pred.json']);
  t.deepEqual(both.compared, { images: 2, detections: 1, truths: 2, unpredicted: 1 });
  t.regex(both.findings.find(({ code }) => code === 'image/unpredicted')!.message, /1 of the ground truth's 2 images are not among the predictions, b first/);
});

test('only images that the predictions list, or have a result for', async (t) => {
  const truth = [entry(1, 'a', [{}]), entry(2, 'b', [{}]), entry(3, 'c', [{}])];
  const listed = await compare(truth, [entry(1, 'a', [{ score: 1 }]), entry(2, 'b', [])], { onlyPredicted: true });
  t.deepEqual(listed.compared, { images: 2, detections: 1, truths: 2, unpredicted: 0 });
  t.deepEqual(codes(listed), []);
  const results = await compare(truth, [entry(1, 'a', [{ score: 1 }]), entry(2, 'b', []), entry(3, 'c', [])], { onlyPredicted: true, by: 'id' });
  t.deepEqual(results.compared, { images: 1, detections: 1, truths: 1, unpredicted: 0 });
});

test('sizes that differ leave the image out; an unknown size is no other size', async (t) => {
  const other = await compare([entry(1, 'a', [{}]), entry(2, 'b', [{}])], [entry(1, 'a', [{ score: 1, segmentation: { kind: 'rle', rle: rleOf('##', '##') } }], { width: 2, height: 2 }), entry(2, 'b', [{ score: 1 }])]);
  t.deepEqual(codes(other), ['size/mismatch pred.json a']);
  t.regex(other.findings[0]!.message, /8 x 1 pixels.*2 x 2 pixels/);
  t.deepEqual(other.compared, { images: 1, detections: 1, truths: 1, unpredicted: 0 });
  const unknown = await compare([entry(1, 'a', [{ box }])], [entry(1, 'a', [{ score: 1, box }], { width: 0, height: 0 })], { masks: false, boxes: true });
  t.deepEqual(codes(unknown), []);
});

test('an image that stands twice counts once', async (t) => {
  const twice = await compare([entry(1, 'a', [{}])], [entry(1, 'a', [{ score: 1 }]), entry(2, 'a', [{ score: 1 }])]);
  t.deepEqual(codes(twice), ['image/ambiguous pred.json image 2']);
  t.is(twice.compared.detections, 1);
});

test('nothing in common is one error', async (t) => {
  const known = (entries: DatasetEntry[]) => ({ ...sourceOf(CATS, entries), async *images() { for (const { image } of entries) yield image; } });
  const strangers = { truth: { source: known([entry(1, 'x/a.png', [{}])]), file: 'gt.json' }, predictions: { source: known([entry(1, 'a.png', [{ score: 1 }])]), file: 'pred.json' } };
  await t.throwsAsync(compare([], [], strangers), { code: 'data/mismatch', message: /no image in common \(images belong together by their whole file name\).*"a\.png".*"x\/a\.png"/ });
  const object: Category[] = [{ id: 1, name: 'object' }];
  const entries = [entry(1, 'a', [{ score: 1 }])];
  await t.throwsAsync(compare(entries, entries, {}, [CATS, object]), { code: 'data/mismatch', message: /no category in common: "object"; "cat", "dog"\. --class-agnostic/ });
  t.is((await compare(entries, entries, { classAgnostic: true }, [CATS, object])).result.types[0]!.summary['AR100'], 1);
});

test('a category too many is told and counts nowhere', async (t) => {
  const other = await compare([entry(1, 'a', [{}])], [entry(1, 'a', [{ score: 1, categoryId: 9 }, { score: 0.5 }])], {}, [CATS, [...CATS, { id: 9, name: 'ghost' }]]);
  t.deepEqual(codes(other), ['category/uncompared pred.json']);
  t.true(Math.abs(ap(other)! - 1) < 1e-12);
});

test('scores: its own, a predicted IoU, the one for all, or an error', async (t) => {
  const truth = [entry(1, 'a', [{}])];
  t.deepEqual(codes(await compare(truth, [entry(1, 'a', [{ generator: { predictedIou: 0.9 } }])])), []);
  const without = await compare(truth, [entry(1, 'a', [{}])]);
  t.deepEqual(codes(without), ['score/invalid pred.json annotation 10 of a']);
  t.is(without.compared.detections, 0);
  t.is((await compare(truth, [entry(1, 'a', [{}])], { missingScore: 1 })).compared.detections, 1);
});

test('annotations without what is compared are told and left out', async (t) => {
  const bare = (more: Partial<Annotation> = {}): DatasetEntry[] => [{ image: { id: 1, fileName: 'a', width: 8, height: 1 }, annotations: [{ id: 10, imageId: 1, categoryId: 1, isCrowd: false, score: 1, ...more }] }];
  const masks = await compare(bare(), bare());
  t.deepEqual(codes(masks), ['mask/missing gt.json annotation 10 of a', 'mask/missing pred.json annotation 10 of a']);
  t.deepEqual(masks.compared, { images: 1, detections: 0, truths: 0, unpredicted: 0 });
  const boxes = await compare(bare(), bare({ box }), { masks: false, boxes: true });
  t.deepEqual(codes(boxes), ['box/missing gt.json annotation 10 of a']);
});

test('areas: as annotated; of a detection that of its box, as pycocotools takes it', async (t) => {
  const large = { x0: 0, y0: 0, x1: 40, y1: 40 };
  const size = { width: 40, height: 40 }, segmentation = { kind: 'polygons' as const, rings: [[0, 0, 0, 40, 40, 40, 40, 0]] };
  const far = { kind: 'polygons' as const, rings: [[0, 0, 0, 2, 2, 2, 2, 0]] };
  const apSmall = async (more: Partial<Annotation>): Promise<number | undefined> => {
    const truth = [entry(1, 'a', [{ segmentation, area: 100 }], size)];
    const found = [{ segmentation, score: 0.5 }, { segmentation: far, score: 0.9, ...more }];
    return (await compare(truth, [entry(1, 'a', found, size)])).result.types[0]!.summary['APs'];
  };
  t.true(Math.abs((await apSmall({}))! - 0.5) < 1e-12, 'a small mask is a wrong small detection');
  t.true(Math.abs((await apSmall({ box: large }))! - 1) < 1e-12, 'by its box it is none');
});

test('there is a turn before each image, and what it throws ends it', async (t) => {
  let turns = 0;
  const turn = async (): Promise<void> => {
    if (++turns === 2) throw new SamError('interrupted/signal', 'Enough.');
  };
  await t.throwsAsync(compare([entry(1, 'a', [{}]), entry(2, 'b', [{}]), entry(3, 'c', [{}])], [], { turn }), { code: 'interrupted/signal' });
  t.is(turns, 2);
});
