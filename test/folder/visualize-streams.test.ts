/** Work in order on a stream, and two datasets walked together. */
import test from 'ava';
import { sourceOf } from '../../src/formats/format.js';
import { inOrder } from '../../src/folder/in-order.js';
import { pairedEntries } from '../../src/folder/paired-entries.js';
import type { DatasetEntry, DatasetSource } from '../../src/dataset/types.js';

async function* counting(to: number, onTake: (n: number) => void = () => undefined): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) {
    onTake(i);
    yield i;
  }
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};

test('results come in the order of the stream, no more than the width in work', async (t) => {
  let working = 0, most = 0;
  const results = await all(inOrder(counting(20), { most: 3 }, async (i) => {
    most = Math.max(most, ++working);
    await new Promise((resolve) => setTimeout(resolve, i % 3 === 0 ? 9 : 1));
    working--;
    return i * 10;
  }));
  t.deepEqual(results, Array.from({ length: 20 }, (_, i) => i * 10));
  t.is(most, 3);
  t.deepEqual(await all(inOrder(counting(0), { most: 3 }, async (i) => i)), []);
});

test('heavy things wait until there is room; one too heavy works alone', async (t) => {
  const working = new Set<number>(), together: string[] = [];
  const weights = [1, 1, 1, 9, 1, 1];
  await all(inOrder(counting(6), { most: 9, weight: (i) => weights[i]!, heaviest: 2 }, async (i) => {
    working.add(i);
    together.push([...working].join(''));
    await new Promise((resolve) => setTimeout(resolve, 3));
    working.delete(i);
  }));
  t.true(together.every((names) => names.length <= 2), together.join());
  t.true(together.includes('01') && together.includes('3'), together.join());
});

test('an error ends it in its turn, when nothing works any more; who stops early stops the reading', async (t) => {
  let ended = 0;
  const seen: number[] = [];
  await t.throwsAsync(async () => {
    for await (const i of inOrder(counting(10), { most: 4 }, async (n) => {
      await new Promise((resolve) => setTimeout(resolve, n === 2 ? 1 : 6));
      ended++;
      if (n === 2) throw new Error('two');
      return n;
    })) seen.push(i);
  }, { message: 'two' });
  t.deepEqual(seen, [0, 1]);
  const before = ended;
  await new Promise((resolve) => setTimeout(resolve, 15));
  t.is(ended, before, 'all that was begun had ended');
  let taken = 0;
  for await (const i of inOrder(counting(100, (n) => { taken = n; }), { most: 2 }, async (n) => n)) if (i === 3) break;
  t.true(taken <= 5);
});

const entry = (fileName: string, id: number): DatasetEntry => ({ image: { id, fileName, width: 1, height: 1 }, annotations: [{ id, imageId: id, categoryId: 1, isCrowd: false }] });
const named = (names: string, from: number): DatasetSource => sourceOf([], Array.from(names, (name, i) => entry(name, from + i)));

test('two datasets are joined by the names of their images, whatever their orders', async (t) => {
  const pairs = async (a: string, b: string): Promise<string[]> => (await all(pairedEntries(named(a, 1), named(b, 101)))).map(({ entry, reference }) => `${entry.image.fileName}${entry.annotations.length}${reference?.image.fileName ?? '-'}`);
  t.deepEqual(await pairs('abc', 'abc'), ['a1a', 'b1b', 'c1c']);
  t.deepEqual(await pairs('abc', 'cab'), ['a1a', 'b1b', 'c1c']);
  t.deepEqual(await pairs('abc', 'xbyz'), ['a1-', 'b1b', 'c1-', 'x0x', 'y0y', 'z0z']);
  t.deepEqual(await pairs('', 'ab'), ['a0a', 'b0b']);
  t.deepEqual(await pairs('ab', ''), ['a1-', 'b1-']);
  t.deepEqual((await all(pairedEntries(named('ab', 1), undefined))).map((pair) => Object.keys(pair)), [['entry'], ['entry']]);
});
