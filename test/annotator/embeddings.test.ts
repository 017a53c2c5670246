/** Embeddings on disk: whole or not used, within their size, in half precision where the masks do not mind. */
import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { EmbeddingCache } from '../../src/annotator/embedding-cache.js';
import { embeddingFromBytes, embeddingToBytes, type StoredEmbedding } from '../../src/annotator/embedding-file.js';
import { floatsFromHalves, halvesFromFloats } from '../../src/annotator/float16.js';
import { halvesAgree, worstIou } from '../../src/annotator/half-precision.js';
import { sha256Hex } from '../../src/files/hash.js';
import { readImage } from '../../src/image/decode.js';
import { Predictor } from '../../src/models/predictor.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_FILES } from '../test-model.js';
import { projectPlace, running, Tab } from './running.js';

const keyOf = (n: number): { image: string; model: string } => ({ image: sha256Hex(`image ${n}`), model: sha256Hex('model') });
const embedding = (n: number, numbers = 24): StoredEmbedding => ({ type: 'float32', shape: [1, 2, 3, numbers / 6], input: [256, 192], data: new Uint8Array(new Float32Array(numbers).fill(n).buffer) });

test('a file is whole and of that image and model, or it is not used', (t) => {
  const key = keyOf(1), bytes = embeddingToBytes(embedding(7), key);
  t.deepEqual({ ...embeddingFromBytes(bytes, key), data: null }, { ...embedding(7), data: null });
  t.deepEqual(Buffer.from(embeddingFromBytes(bytes, key)!.data), Buffer.from(embedding(7).data));
  t.is(embeddingFromBytes(bytes, keyOf(2)), undefined, 'another image');
  t.is(embeddingFromBytes(bytes, { ...key, model: sha256Hex('other') }), undefined, 'another model');
  for (let length = 0; length < bytes.length; length += 7) t.is(embeddingFromBytes(bytes.subarray(0, length), key), undefined, `${length} bytes`);
  t.is(embeddingFromBytes(Buffer.concat([bytes, Buffer.alloc(4)]), key), undefined, 'longer');
  for (let at = 0; at < bytes.length; at += 3) {
    const damaged = Uint8Array.from(bytes);
    damaged[at]! ^= 0x10;
    const found = embeddingFromBytes(damaged, key);
    // the header may be hit where it says nothing of the numbers
    if (found !== undefined) t.deepEqual(Buffer.from(found.data), Buffer.from(embedding(7).data), `byte ${at}`);
  }
});

test('the cache keeps to its size; what was not used for longest goes, also over a restart', async (t) => {
  const folder = join(await temporaryFolder(t), 'cache', 'embeddings');
  const size = embeddingToBytes(embedding(0), keyOf(0)).length;
  const cache = await EmbeddingCache.open(folder, 3 * size + 40, true);
  for (let n = 0; n < 3; n++) await cache.write(keyOf(n), embedding(n));
  t.truthy(await cache.read(keyOf(0)));
  await cache.write(keyOf(3), embedding(3));
  t.deepEqual([0, 1, 2, 3].map((n) => cache.has(keyOf(n))), [true, false, true, true]);
  await cache.write(keyOf(4), embedding(4, 6000));
  t.false(cache.has(keyOf(4)), 'larger than all of it');
  writeFileSync(join(folder, '.x.emb.0123456789ab.sam-tmp'), 'left by a kill');
  const again = await EmbeddingCache.open(folder, size + 40, true);
  t.is(readdirSync(folder).length, 1, 'a smaller one holds less, and what a kill left is swept');
  const left = [0, 2, 3].filter((n) => again.has(keyOf(n)));
  t.is(left.length, 1);
  const none = await EmbeddingCache.open(folder, 0, true);
  t.false(none.has(keyOf(left[0]!)));
});

test('a damaged file is made again, and who only looks changes nothing', async (t) => {
  const folder = join(await temporaryFolder(t), 'cache', 'embeddings');
  const cache = await EmbeddingCache.open(folder, 1e6, true);
  for (let n = 0; n < 2; n++) await cache.write(keyOf(n), embedding(n));
  const [first] = readdirSync(folder);
  truncateSync(join(folder, first!), 50);
  const damaged = first!.startsWith(keyOf(0).image) ? 0 : 1;
  const looking = await EmbeddingCache.open(folder, 1e6, false);
  t.is(await looking.read(keyOf(damaged)), undefined);
  t.truthy(await looking.read(keyOf(1 - damaged)));
  await looking.write(keyOf(5), embedding(5));
  t.is(readdirSync(folder).length, 2);
  t.is(await cache.read(keyOf(damaged)), undefined);
  t.is(readdirSync(folder).length, 1);
  await cache.write(keyOf(damaged), embedding(damaged));
  t.truthy(await cache.read(keyOf(damaged)));
});

test('halves: every one is its own value and back, rounding is to the nearest and to even', (t) => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i), values = floatsFromHalves(all), back = halvesFromFloats(values);
  for (const half of all) if (!Number.isNaN(values[half])) t.is(back[half], half);
  const round = (value: number): number => floatsFromHalves(halvesFromFloats(Float32Array.of(value)))[0]!;
  t.deepEqual([2048, 2049, 2050, 2051, 65504, 65519, 65520, -1e9, 2 ** -24, 2 ** -25, 2 ** -25 * 1.5, 1.5 * 2 ** -24, 0.1].map(round), [2048, 2048, 2050, 2052, 65504, 65504, Infinity, -Infinity, 2 ** -24, 0, 2 ** -24, 2 ** -23, 0.0999755859375]);
  t.true(Number.isNaN(round(NaN)));
});

test('halves agree with floats on a model\'s masks, and are not taken where they do not', async (t) => {
  const predictor = await Predictor.open(TEST_FILES);
  t.teardown(() => predictor.close());
  const made = await predictor.embed(await readImage(resolve('fixtures/scenes/fruit.png'), { name: 'fruit.png' }));
  const floats = made.tensors.embedding.data as Float32Array;
  t.true(await halvesAgree(predictor, made, halvesFromFloats(floats)));
  t.false(await halvesAgree(predictor, made, halvesFromFloats(floats.map((value) => Math.round(value * 4) / 4))), 'a much coarser rounding');
  const decoded = await predictor.decodePoints(made, Float64Array.of(100, 90));
  t.is(worstIou(decoded, decoded), 1);
  t.is(worstIou(decoded, { ...decoded, logits: decoded.logits.map(() => -1) }), 0);
});

test('a server makes each embedding once: asked again, started again, it is the same bytes from the disk', async (t) => {
  const { folder } = await projectPlace(t);
  const { stop, ...server } = await running(t, folder);
  const tab = await Tab.open(server);
  const first = await tab.embedding(2);
  t.is(first.status, 200);
  t.deepEqual(['x-embedding-type', 'x-embedding-shape', 'x-embedding-input'].map((name) => first.headers.get(name)), ['float16', '1,64,16,16', '256,192']);
  const tag = first.headers.get('etag')!;
  const known = await fetch(`${tab.origin}/embeddings/2`, { headers: { cookie: tab.cookie, 'if-none-match': tag } });
  t.deepEqual([known.status, (await known.arrayBuffer()).byteLength], [304, 0]);
  await stop();
  const cached = join(folder, 'cache', 'embeddings');
  t.true(readdirSync(cached).length >= 1);
  const file = readFileSync(join(cached, readdirSync(cached)[0]!));
  const again = await Tab.open(await running(t, folder));
  t.deepEqual((await again.embedding(2)).bytes, first.bytes);
  t.deepEqual(readFileSync(join(cached, readdirSync(cached)[0]!)), file);
});
