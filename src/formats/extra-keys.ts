/** Keys that the model has no name for, on their way out again. */
import type { Extra } from '../dataset/types.js';
import type { Sink } from './format.js';

/** What may stand beside the keys that a format knows; another format's key of such a name has no place, and `where` loses it. */
export function unknownKeys(extra: Extra | undefined, known: ReadonlySet<string>, sink: Sink, where: string): Extra {
  if (extra === undefined) return {};
  const taken = Object.keys(extra).filter((key) => known.has(key));
  if (taken.length === 0) return extra;
  sink.lose('extra', `${taken.join(', ')} of ${where}`);
  // fromEntries makes own properties, of `__proto__` too
  return Object.fromEntries(Object.entries(extra).filter(([key]) => !known.has(key)));
}
