/** Categories and other keys of several datasets as one: ids stay where they can, and every decision is told. */
import test from 'ava';
import { isSame, reconcile } from '../../src/dataset/reconcile.js';

const ids = (maps: readonly ReadonlyMap<number, number>[]): [number, number][][] => maps.map((map) => [...map]);

test('categories of one name are one; what agrees is not told', (t) => {
  const { categories, ids: maps, remarks } = reconcile([
    { name: 'a', categories: [{ id: 18, name: 'dog', supercategory: 'animal' }, { id: 3, name: 'car' }] },
    { name: 'b', categories: [{ id: 3, name: 'car' }, { id: 18, name: 'dog', supercategory: 'animal' }, { id: 7, name: 'owl' }] },
  ]);
  t.deepEqual(categories, [{ id: 18, name: 'dog', supercategory: 'animal' }, { id: 3, name: 'car' }, { id: 7, name: 'owl' }]);
  t.deepEqual(ids(maps), [[[18, 18], [3, 3]], [[3, 3], [18, 18], [7, 7]]]);
  t.deepEqual(remarks, []);
});

test('one id with two names: the later category gets a free one; one name with two ids: the first stays', (t) => {
  const { categories, ids: maps, remarks } = reconcile([
    { name: 'a', categories: [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }] },
    { name: 'b', categories: [{ id: 1, name: 'dog' }, { id: 2, name: 'owl' }, { id: 3, name: '__proto__' }] },
  ]);
  t.deepEqual(categories, [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }, { id: 4, name: 'owl' }, { id: 3, name: '__proto__' }]);
  t.deepEqual(ids(maps), [[[1, 1], [2, 2]], [[1, 2], [2, 4], [3, 3]]]);
  t.deepEqual(remarks, [
    'The category "dog" has the id 1 in b and 2 in a: the latter stays.',
    'The category "owl" of b has the id 2, which is that of "dog" in a: it becomes 4.',
  ]);
});

test('supercategories and other keys that differ: the first count, and it is told', (t) => {
  const { categories, remarks } = reconcile([
    { name: 'a', categories: [{ id: 1, name: 'cat', supercategory: 'animal', extra: { colour: 'red', more: [1] } }] },
    { name: 'b', categories: [{ id: 1, name: 'cat', supercategory: 'pet', extra: { more: [1], colour: 'red' } }] },
    { name: 'c', categories: [{ id: 1, name: 'cat', extra: { colour: 'blue' } }] },
  ]);
  t.deepEqual(categories, [{ id: 1, name: 'cat', supercategory: 'animal', extra: { colour: 'red', more: [1] } }]);
  t.deepEqual(remarks, [
    'The category "cat" has the supercategory "pet" in b and "animal" in a: the latter stays.',
    'The category "cat" has the supercategory "" in c and "animal" in a: the latter stays.',
    'The category "cat" has other keys in c than in a: the latter stay.',
  ]);
});

test('info and licenses: equal ones stay, lists of other ids are joined, contradictions keep the first and are told', (t) => {
  const part = (name: string, extra: Parameters<typeof reconcile>[0][number]['extra']) => ({ name, categories: [], extra });
  const same = reconcile([part('a', { info: { year: 1, by: 'x' } }), part('b', { info: { by: 'x', year: 1 }, mine: true }), part('c', undefined)]);
  t.deepEqual([same.extra, same.remarks], [{ info: { year: 1, by: 'x' }, mine: true }, []]);
  const joined = reconcile([part('a', { licenses: [{ id: 1, name: 'CC0' }] }), part('b', { licenses: [{ id: 1, name: 'CC0' }, { id: 2, name: 'MIT' }] })]);
  t.deepEqual([joined.extra, joined.remarks], [{ licenses: [{ id: 1, name: 'CC0' }, { id: 2, name: 'MIT' }] }, []]);
  const other = reconcile([part('a', { info: 1, licenses: [{ id: 1, name: 'CC0' }] }), part('b', { info: 2, licenses: [{ id: 1, name: 'MIT' }] })]);
  t.deepEqual(other.extra, { info: 1, licenses: [{ id: 1, name: 'CC0' }] });
  t.deepEqual(other.remarks, ['"info" of b differs from that of a: the latter stays.', '"licenses" of b differs from that of a: the latter stays, and the license numbers of images are as they were.']);
});

test('equal as JSON', (t) => {
  for (const [a, b, expected] of [[1, 1, true], [1, '1', false], [null, {}, false], [[], {}, false], [[1, 2], [1, 2], true], [[1, 2], [2, 1], false], [{ a: 1 }, { a: 1, b: 2 }, false], [{ a: null }, { b: null }, false], [undefined, undefined, true]] as const) {
    // `as const` makes the rows readonly, which the type of JSON is not
    t.is(isSame(a as Parameters<typeof isSame>[0], b as Parameters<typeof isSame>[1]), expected, JSON.stringify([a, b]));
  }
});
