/** Shards: `i/n` of the images, chosen by a hash of the name, so that no machine needs to know what the others do. */
import { SamError } from '../errors.js';
import { sha256Hex } from '../files/hash.js';

/** `index` from 0 to `count` - 1. */
export interface Shard { index: number; count: number }

/** Reads `i/n`, `i` from 0. Throws `usage/option`. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (match === null || shard.index >= shard.count) {
    throw new SamError('usage/option', `--shard expects i/n with i from 0 to n-1, for example 0/4, got ${JSON.stringify(text)}.`);
  }
  return shard;
}

/** Whether an image belongs to the shard: all 256 bits of sha256(file_name) as one big-endian number, modulo `count`, are `index`. */
export function belongsTo(shard: Shard | undefined, fileName: string): boolean {
  return shard === undefined || BigInt(`0x${sha256Hex(fileName)}`) % BigInt(shard.count) === BigInt(shard.index);
}

/** `0-of-3`: what the names of a shard's own files hold; undefined for a run without shards. */
export function shardTag(shard: Shard | undefined): string | undefined {
  return shard === undefined ? undefined : `${shard.index}-of-${shard.count}`;
}
