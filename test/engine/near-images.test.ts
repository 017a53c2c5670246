/** The search for near hashes against comparing all pairs, groups, and splits by groups. */
import test from 'ava';
import fc from 'fast-check';
import { nearGroups, nearPairs } from '../../src/engine/near-images.js';
import { planSplits, type SplitImage } from '../../src/engine/splits.js';

const distance = (a: string, b: string): number => [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter((bit) => bit === '1').length;

/** Hashes that lie near one another often: few bits away from a handful of centres. */
const centres = fc.constantFrom(0n, 0xffffffffffffffffn, 0x0123456789abcdefn, 0xf00000000000000fn);
const flips = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 10 });
const hash = fc.tuple(centres, flips).map(([centre, bits]) => bits.reduce<bigint>((value, bit) => value ^ (1n << BigInt(bit)), centre).toString(16).padStart(16, '0'));
const hashes = fc.array(hash, { maxLength: 40 });

test('every pair within the radius is found, and no other, for every radius', (t) => {
  fc.assert(fc.property(hashes, fc.integer({ min: 0, max: 20 }), (list, radius) => {
    const expected: string[] = [];
    list.forEach((a, i) => { list.slice(i + 1).forEach((b, k) => { if (distance(a, b) <= radius) expected.push(`${i} ${i + 1 + k}`); }); });
    const found = nearPairs(list, radius).map(([i, j]) => `${i} ${j}`);
    t.deepEqual([...found].sort(), expected.sort());
  }));
});

test('what looks like nothing is near nothing, but the same bytes are the same', (t) => {
  t.deepEqual(nearPairs([null, null, '0000000000000000'], 6), []);
  const groups = nearGroups([{ id: 4, sha256: 'x', phash: null }, { id: 5, sha256: 'y', phash: null }, { id: 9, sha256: 'x', phash: null }], 6);
  t.deepEqual([...groups], [[4, 4], [5, 5], [9, 4]]);
});

test('groups go from one to the next', (t) => {
  const looks = ['0000000000000000', '000000000000000f', '00000000000000ff', 'ffffffffffffffff'].map((phash, i) => ({ id: i + 1, sha256: String(i), phash }));
  t.deepEqual([...nearGroups(looks, 4).values()], [1, 1, 1, 4]);
  t.deepEqual([...nearGroups(looks, 3).values()], [1, 2, 3, 4]);
});

const image = (id: number, group: number, split: SplitImage['split'] = null): SplitImage => ({ id, sha256: `hash ${id}`, group, split });
const RULE = { seed: 1, valShare: 0.2, testShare: 0.1 };

test('shares are met as nearly as whole groups allow, and no group is divided', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 }), fc.integer(), (sizes, seed) => {
    let id = 0;
    const images = sizes.flatMap((size, group) => Array.from({ length: size }, () => image(++id, group)));
    const { splits, moved } = planSplits(images, { ...RULE, seed });
    t.deepEqual(moved, []);
    for (const { id: one, group } of images) t.is(splits.get(one), splits.get(images.find((other) => other.group === group)!.id));
    const counts = { train: 0.7, val: 0.2, test: 0.1 };
    for (const [split, share] of Object.entries(counts)) {
      const count = [...splits.values()].filter((other) => other === split).length;
      t.true(split !== 'val' || sizes.length < 2 || count > 0, 'of two groups one is held out');
      t.true(Math.abs(count - share * images.length) <= 5, `${split}: ${count} of ${images.length}`);
    }
  }), { numRuns: 50 });
});

test('a share of none gets none; a group that joins two goes to train, told', (t) => {
  const images = Array.from({ length: 9 }, (_, i) => image(i, i));
  t.deepEqual(new Set(planSplits(images, { seed: 1, valShare: 0, testShare: 0 }).splits.values()), new Set(['train']));
  const two = (groups: number[]): unknown[] => [...planSplits(groups.map((group, i) => image(i, group)), { seed: 3, valShare: 0.1, testShare: 0.1 }).splits.values()].sort();
  t.deepEqual(two([1, 1]), ['train', 'train'], 'a group is all that there is');
  t.deepEqual(two([1, 2]), ['train', 'val']);
  t.deepEqual(two([1, 2, 2, 2, 2]), ['train', 'train', 'train', 'train', 'val']);
  t.is(planSplits([image(1, 1, 'train'), image(2, 2)], RULE).splits.get(2), 'val', 'also one that comes later');
  const { splits, moved } = planSplits([image(1, 1, 'val'), image(2, 1, 'train'), image(3, 1), image(4, 4, 'test')], RULE);
  t.deepEqual([...splits], [[1, 'train'], [2, 'train'], [3, 'train'], [4, 'test']]);
  t.deepEqual(moved, [1]);
});
