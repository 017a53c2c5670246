/** Values that wait on the disk: in memory are their keys and places. */
import { deserialize, serialize } from 'node:v8';
import type { Shelf } from '../evaluation/pair-by-key.js';
import type { Spool, SpoolRange } from '../files/spool.js';

/** Plain data and typed arrays; several shelves may share a spool, whose bytes grow with all that was ever put on them. */
export function spoolShelf<T>(spool: Spool): Shelf<T> {
  const places = new Map<string | number, SpoolRange>();
  return {
    async put(key, value) { places.set(key, await spool.append(serialize(value))); },
    async take(key) {
      const place = places.get(key) ?? { start: 0, bytes: 0 };
      places.delete(key);
      // what `put` has serialized
      return deserialize(await spool.read(place)) as T;
    },
  };
}
