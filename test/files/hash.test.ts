/** Hashes against values from the standard, and listings that must not be confused. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { sha256File, sha256Folder, sha256Hex, sha256Listing } from '../../src/files/hash.js';
import { temporaryFolder } from './temporary-folder.js';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

test('the hash of text and bytes is the standard\'s', (t) => {
  t.is(sha256Hex('abc'), ABC);
  t.is(sha256Hex(new Uint8Array([97, 98, 99])), ABC);
  t.is(sha256Hex(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('a file streams to the hash of its bytes, over many blocks', async (t) => {
  const path = join(await temporaryFolder(t), 'big');
  const data = new Uint8Array(1_000_003).map((_, i) => i % 251);
  await writeFile(path, data);
  t.deepEqual(await sha256File(path), { sha256: sha256Hex(data), bytes: data.length });
  await t.throwsAsync(sha256File(`${path}.no`), { code: 'ENOENT' });
});

test('a folder hashes to its listing, in whatever order the names come', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'b'), 'two');
  await writeFile(join(folder, 'a'), 'one');
  const listing = [{ name: 'a', sha256: sha256Hex('one') }, { name: 'b', sha256: sha256Hex('two') }];
  t.is(await sha256Folder(folder), sha256Listing(listing));
  t.is(sha256Listing(listing.toReversed()), sha256Listing(listing));
  await mkdir(join(folder, 'c'));
  t.not(await sha256Folder(folder), sha256Listing(listing), 'a stray folder is seen');
});

test('names and hashes of a listing cannot slide into each other', (t) => {
  const one = { name: 'a', sha256: ABC };
  t.not(sha256Listing([one, { name: 'b', sha256: ABC }]), sha256Listing([{ name: `a${ABC}\nb`, sha256: ABC }]));
  t.not(sha256Listing([one]), sha256Listing([one, one]));
  t.not(sha256Listing([one]), sha256Listing([]));
});
