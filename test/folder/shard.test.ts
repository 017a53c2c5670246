/** Shards: what is accepted as i/n, and membership by the whole hash. */
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { belongsTo, parseShard, shardTag } from '../../src/folder/shard.js';

test('i/n is read with i from 0', (t) => {
  t.deepEqual(parseShard('0/1'), { index: 0, count: 1 });
  t.deepEqual(parseShard('11/12'), { index: 11, count: 12 });
  t.is(shardTag({ index: 0, count: 3 }), '0-of-3');
  t.is(shardTag(undefined), undefined);
  for (const text of ['', '1', '3/3', '-1/3', '0/0', '1/2/3', '0.5/2', 'a/b', ' 0/3', '0/3 ', '0x0/3', '1e0/3', '0/99999999999999999999']) {
    t.is(t.throws(() => parseShard(text), { instanceOf: SamError }).code, 'usage/option', text);
  }
});

test('membership is the hash as one number, modulo n', (t) => {
  // Python: int(hashlib.sha256(name.encode()).hexdigest(), 16) % n
  const expected: [string, number, number][] = [['abc', 7, 5], ['a.jpg', 3, 1], ['\u00e9/\u{1f600}.png', 5, 4]];
  for (const [name, count, index] of expected) t.true(belongsTo({ index, count }, name), name);
});

test('every image is in exactly one shard', (t) => {
  for (const count of [1, 2, 3, 7, 64]) {
    for (let i = 0; i < 100; i++) {
      const shards = Array.from({ length: count }, (_, index) => belongsTo({ index, count }, `${i}.jpg`));
      t.is(shards.filter(Boolean).length, 1);
    }
  }
  t.true(belongsTo(undefined, 'any'));
});
