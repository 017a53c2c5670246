/** A spool gives back what was put in, from memory and from its file, and leaves nothing behind. */
import { readdirSync } from 'node:fs';
import test from 'ava';
import { Spool, type SpoolRange } from '../../src/files/spool.js';
import { temporaryFolder } from './temporary-folder.js';

async function whole(spool: Spool): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of spool.chunks()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

for (const memory of [0, 10, 1 << 20]) test(`what was put in comes back, ${memory} bytes in memory`, async (t) => {
  const folder = await temporaryFolder(t);
  const spool = new Spool(memory, folder);
  t.is(await whole(spool), '');
  const ranges: SpoolRange[] = [];
  for (let i = 0; i < 50; i++) ranges.push(await spool.append(`${i}é `));
  t.deepEqual(ranges.slice(0, 2), [{ start: 0, bytes: 4 }, { start: 4, bytes: 4 }]);
  const expected = Array.from({ length: 50 }, (_, i) => `${i}é `).join('');
  t.is(spool.bytes, Buffer.byteLength(expected));
  t.is(await whole(spool), expected);
  t.is(await whole(spool), expected, 'again the same');
  const some = await Promise.all([30, 7, 49].map((i) => spool.read(ranges[i]!)));
  t.deepEqual(some.map((bytes) => Buffer.from(bytes).toString()), ['30é ', '7é ', '49é '], 'several readers at once');
  const last = await spool.append('end');
  t.is(Buffer.from(await spool.read(last)).toString(), 'end', 'reading and appending in turns');
  t.is(Buffer.from(await spool.read(ranges[0]!)).toString(), '0é ');
  t.is(await whole(spool), `${expected}end`);
  if (process.platform === 'linux') t.deepEqual(readdirSync(folder), [], 'it has no name while it is open');
  await spool.close();
  t.deepEqual(readdirSync(folder), []);
});

test('larger than any chunk', async (t) => {
  const spool = new Spool(1000);
  const block = Buffer.alloc(100_001, 'abcdefg');
  const range = await spool.append(block);
  t.deepEqual(Buffer.from(await spool.read(range)), block);
  t.is(await whole(spool), block.toString());
  await spool.close();
});
