/** Values that wait on the disk come back as they were, masks among them. */
import test from 'ava';
import { Spool } from '../../src/files/spool.js';
import { spoolShelf } from '../../src/folder/spool-shelf.js';
import type { Rle } from '../../src/mask/rle.js';
import { rleOf } from '../mask/drawn.js';

test('values of two shelves, taken in another order', async (t) => {
  // all but the first bytes go to the disk
  const spool = new Spool(8);
  try {
    const masks = spoolShelf<{ mask: Rle; score?: number }>(spool), names = spoolShelf<string[]>(spool);
    await masks.put('a.png', { mask: rleOf('.##.', '####'), score: 0.5 });
    await names.put('a.png', ['one', 'two']);
    await masks.put(7, { mask: rleOf('#...', '....') });
    t.deepEqual(await masks.take(7), { mask: rleOf('#...', '....') });
    t.deepEqual(await names.take('a.png'), ['one', 'two']);
    t.deepEqual(await masks.take('a.png'), { mask: rleOf('.##.', '####'), score: 0.5 });
    t.true(spool.bytes < 1000, 'a mask takes its own bytes, not those of the memory that it was cut from');
  } finally {
    await spool.close();
  }
});
