/** What the report's page is made of: paths that show the masks, text that stays text, a script whose parts fit, filters, the run's facts. */
import test from 'ava';
import fc from 'fast-check';
import { Script } from 'node:vm';
import { simplifyRing } from '../../src/geometry/simplify-ring.js';
import { maskIou } from '../../src/mask/iou.js';
import { rleFromPolygons } from '../../src/mask/polygon-fill.js';
import { rleArea, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { subtractRle } from '../../src/mask/merge.js';
import { htmlText, scriptJson } from '../../src/report/escape.js';
import { boxPath, maskPath, UNITS } from '../../src/report/outline-path.js';
import type { PageImage } from '../../src/report/page-data.js';
import { EVERYTHING, asksOfMasks, namePasses, passing, sortedImages } from '../../src/report/page/filter.js';
import { runFacts } from '../../src/report/run-facts.js';
import { pageScript } from '../../src/report/script.js';

/** Rings of a path as the page's browser reads it: absolute, in units. */
function ringsOf(path: string): number[][] {
  return path.split('z').filter((ring) => ring !== '').map((ring) => {
    const [, start, rest] = /^M(-?\d+ -?\d+)l(.*)$/.exec(ring)!;
    let [x, y] = start!.split(' ').map(Number) as [number, number];
    const steps = (rest!.match(/-?\d+/g) ?? []).map(Number), corners = [x, y];
    for (let i = 0; i < steps.length; i += 2) corners.push(x += steps[i]!, y += steps[i + 1]!);
    return corners;
  });
}

const disc = (width: number, height: number, cx: number, cy: number, radius: number): Rle => rleFromBitmask({
  width, height, data: Uint8Array.from({ length: width * height }, (_, i) => ((i % width) - cx) ** 2 + (Math.floor(i / width) - cy) ** 2 < radius ** 2 ? 1 : 0),
});

test('of a large picture a path has few corners, and filled shows the mask; of a small one it is the very mask', (t) => {
  const iouOf = (ring: readonly number[], rle: Rle): number => maskIou([rleFromPolygons([ring.map((value) => value / UNITS)], rle)], [rle], [false])[0]!;
  const rle = disc(1280, 960, 600, 500, 300);
  const [ring, ...more] = ringsOf(maskPath(rle, rleArea(rle), rle));
  t.is(more.length, 0);
  t.true(ring!.length / 2 < 200, `${ring!.length / 2} corners`);
  t.true(iouOf(ring!, rle) > 0.99);
  const small = disc(200, 150, 90, 70, 60);
  t.is(iouOf(ringsOf(maskPath(small, rleArea(small), small))[0]!, small), 1);
});

test('in a picture of half the size, places are halved', (t) => {
  const rle = disc(200, 150, 100, 80, 40);
  const ring = ringsOf(maskPath(rle, rleArea(rle), { width: 100, height: 75 }))[0]!;
  const xs = ring.filter((_, i) => i % 2 === 0).map((x) => x / UNITS), ys = ring.filter((_, i) => i % 2 === 1).map((y) => y / UNITS);
  t.true(Math.abs(Math.min(...xs) - 30) < 1.5 && Math.abs(Math.max(...xs) - 70) < 1.5 && Math.abs(Math.min(...ys) - 20) < 1.5 && Math.abs(Math.max(...ys) - 60) < 1.5);
});

test('holes are rings of their own; the smallest mask keeps its shape; boxes are paths too', (t) => {
  const ring = subtractRle(disc(100, 100, 50, 50, 40), disc(100, 100, 50, 50, 15));
  t.is(ringsOf(maskPath(ring, rleArea(ring), { width: 100, height: 100 })).length, 2);
  const pixel = rleFromBitmask({ width: 3, height: 3, data: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0) });
  t.deepEqual(ringsOf(maskPath(pixel, 1, { width: 3, height: 3 })).map((corners) => corners.length / 2), [4]);
  t.is(boxPath({ x0: 1, y0: 2, x1: 5, y1: 4 }, { width: 10, height: 10 }, { width: 10, height: 10 }), 'M2 4l8 0 0 4-8 0z');
});

test('no corner that simplifying leaves out was farther than the tolerance from what stays', (t) => {
  const coordinate = fc.integer({ min: 0, max: 40 });
  fc.assert(fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 4, maxLength: 60 }), fc.double({ min: 0.1, max: 8, noNaN: true }), (corners, tolerance) => {
    const ring = corners.flat(), kept = simplifyRing(ring, tolerance);
    const sides = Array.from({ length: kept.length / 2 }, (_, i) => [kept[2 * i]!, kept[2 * i + 1]!, kept[(2 * i + 2) % kept.length]!, kept[(2 * i + 3) % kept.length]!] as const);
    return corners.every(([x, y]) => {
      const nearest = Math.min(...sides.map(([ax, ay, bx, by]) => {
        const length = (bx - ax) ** 2 + (by - ay) ** 2, along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
        return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
      }));
      return nearest <= tolerance + 1e-9;
    });
  }));
  t.deepEqual(simplifyRing([0, 0, 4, 0, 8, 0, 8, 8, 4, 8.5, 0, 8], 1), [0, 0, 8, 0, 8, 8, 0, 8]);
});

test('text from files ends no element and is no markup', (t) => {
  t.is(htmlText('</h1><img src="x" onerror=\'a&b\'>\u202e'), '&lt;/h1&gt;&lt;img src=&quot;x&quot; onerror=&#39;a&amp;b&#39;&gt;\\u202e');
  const hostile = { name: '</script><!--<script>' };
  t.notRegex(scriptJson(hostile), /</);
  t.deepEqual(JSON.parse(scriptJson(hostile)), hostile);
});

test('the parts of the script fit together: it compiles, and no two of their names are alike', async (t) => {
  const script = await pageScript();
  t.notThrows(() => new Script(script));
  t.notRegex(script, /<\/script|<!--/);
  const names = [...script.matchAll(/^(?:async )?(?:function|class|const|let) ([A-Za-z_$][\w$]*)/gm)].map((match) => match[1]!);
  t.true(names.length > 40);
  t.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

const IMAGE: PageImage = { name: 'Dir/Photo.jpg', width: 10, height: 10, ids: [1, 2, 3], categories: [0, 1, -1], areas: [50, 10, 1], scores: [0.9, null, 0.3], colours: ['', '', ''] };

test('filters: shares of the image, scores, categories, names', (t) => {
  const rows: [Partial<typeof EVERYTHING>, number[]][] = [
    [{}, [1, 1, 1]], [{ areaFrom: 0.1 }, [1, 1, 0]], [{ areaTo: 0.1 }, [0, 1, 1]], [{ scoreFrom: 0.3 }, [1, 0, 1]], [{ scoreTo: 0.5 }, [0, 0, 1]],
    [{ hidden: new Set([0, -1]) }, [0, 1, 0]], [{ areaFrom: 0.05, scoreFrom: 0.1 }, [1, 0, 0]],
  ];
  for (const [filter, expected] of rows) t.deepEqual([...passing(IMAGE, { ...EVERYTHING, ...filter })], expected, JSON.stringify(filter));
  t.true(namePasses(IMAGE, { ...EVERYTHING, text: 'r/pho' }));
  t.false(namePasses(IMAGE, { ...EVERYTHING, text: 'png' }));
  t.false(asksOfMasks({ ...EVERYTHING, text: 'x' }));
  t.true(asksOfMasks({ ...EVERYTHING, scoreTo: 1 }));
});

test('orders of the gallery; what is equal stays as in the dataset', (t) => {
  const images = [IMAGE, { ...IMAGE, scores: [0.1, 0.9, 0.9] }, { ...IMAGE, scores: [null, null, null] }];
  const order = (name: string): number[] => sortedImages(images, [2, 3, 2], name);
  t.deepEqual([order('file'), order('most'), order('fewest'), order('score')], [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 0, 2]]);
});

test('a run\'s record as rows: command and model first, options as their flags; nothing of what is no record', (t) => {
  const record = { schema: 1, command: 'segment-all', format: 'sa1b', options: { pointsPerSide: 32, predIouThresh: 0.88 }, model: { name: 'mobile-sam', sha256: 'a'.repeat(64) }, versions: { sam: '0.1.0' } };
  t.deepEqual(runFacts(record), [['command', 'sam segment-all'], ['model', 'mobile-sam'], ['model sha256', 'aaaaaaaaaaaa'], ['format', 'sa1b'], ['points-per-side', '32'], ['pred-iou-thresh', '0.88'], ['versions sam', '0.1.0']]);
  for (const other of [undefined, null, 7, [], {}, { schema: 2, command: 'x' }, { schema: 1 }]) t.deepEqual(runFacts(other), []);
});
