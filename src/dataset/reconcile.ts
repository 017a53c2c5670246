/** Datasets that are to be one: whose categories are the same, which ids collide, what of the rest contradicts; every decision is told. */
import type { Category, Extra, JsonValue } from './types.js';

/** A dataset among others; `name`: what remarks call it. */
export interface Part { name: string; categories: readonly Category[]; extra?: Extra | undefined }

export interface Reconciled {
  categories: Category[];
  /** For each part, from its ids of categories to those of all. */
  ids: ReadonlyMap<number, number>[];
  extra?: Extra;
  /** What was decided, a sentence each. */
  remarks: string[];
}

/**
 * Categories of one name are one, in the order of their first appearance. An id stays unless an earlier category has it: then the
 * category gets the smallest id from 1 that no part uses. Of supercategories and other keys that differ the first count.
 */
export function reconcile(parts: readonly Part[]): Reconciled {
  const remarks: string[] = [];
  const { categories, ids } = reconcileCategories(parts, remarks);
  const extra = reconcileExtra(parts, remarks);
  return { categories, ids, ...(extra === undefined ? {} : { extra }), remarks };
}

interface Known { category: Category; part: string }

function reconcileCategories(parts: readonly Part[], remarks: string[]): Pick<Reconciled, 'categories' | 'ids'> {
  const byName = new Map<string, Known>(), byId = new Map<number, Known>();
  const used = new Set(parts.flatMap(({ categories }) => categories.map(({ id }) => id)));
  let free = 1;
  const ids = parts.map(({ name: part, categories }) => new Map(categories.map((category) => {
    const same = byName.get(category.name);
    if (same !== undefined) {
      compare(same, category, part, remarks);
      return [category.id, same.category.id];
    }
    const holder = byId.get(category.id);
    let { id } = category;
    if (holder !== undefined) {
      while (used.has(free)) free++;
      id = free++;
      remarks.push(`The category "${category.name}" of ${part} has the id ${category.id}, which is that of "${holder.category.name}" in ${holder.part}: it becomes ${id}.`);
    }
    const known = { category: { ...category, id }, part };
    byName.set(category.name, known);
    byId.set(id, known);
    return [category.id, id];
  })));
  return { categories: [...byName.values()].map(({ category }) => category), ids };
}

/** What a category of a known name says otherwise. */
function compare({ category, part: first }: Known, other: Category, part: string, remarks: string[]): void {
  const of = `The category "${category.name}"`;
  if (other.id !== category.id) remarks.push(`${of} has the id ${other.id} in ${part} and ${category.id} in ${first}: the latter stays.`);
  const [kept, lost] = [category.supercategory ?? '', other.supercategory ?? ''];
  if (kept !== lost) remarks.push(`${of} has the supercategory "${lost}" in ${part} and "${kept}" in ${first}: the latter stays.`);
  if (!isSame(category.extra ?? {}, other.extra ?? {})) remarks.push(`${of} has other keys in ${part} than in ${first}: the latter stay.`);
}

/** `info`, `licenses` and the like: as they are where all that have them agree, the first's where not. Lists of records with ids are joined where no id stands for two. */
function reconcileExtra(parts: readonly Part[], remarks: string[]): Extra | undefined {
  const kept = new Map<string, { value: JsonValue; part: string }>();
  for (const { name: part, extra } of parts) {
    for (const [key, value] of Object.entries(extra ?? {})) {
      const known = kept.get(key);
      if (known === undefined) kept.set(key, { value, part });
      else if (!isSame(known.value, value)) {
        const joined = joinRecords(known.value, value);
        if (joined === undefined) remarks.push(`"${key}" of ${part} differs from that of ${known.part}: the latter stays${key === 'licenses' ? ', and the license numbers of images are as they were' : ''}.`);
        else known.value = joined;
      }
    }
  }
  // fromEntries makes own properties, of `__proto__` too
  return kept.size === 0 ? undefined : Object.fromEntries([...kept].map(([key, { value }]) => [key, value]));
}

/** The records of both lists, by id; undefined where they are no such lists, or an id stands for two records. */
function joinRecords(a: JsonValue, b: JsonValue): JsonValue | undefined {
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
  const byId = new Map<JsonValue, JsonValue>();
  for (const record of [...a, ...b]) {
    const id = typeof record === 'object' && record !== null && !Array.isArray(record) ? record['id'] : undefined;
    if (typeof id !== 'number' && typeof id !== 'string') return undefined;
    const known = byId.get(id);
    if (known !== undefined && !isSame(known, record)) return undefined;
    byId.set(id, record);
  }
  return [...byId.values()];
}

/** Equal as JSON, in any order of keys. */
export function isSame(a: JsonValue | Extra | undefined, b: JsonValue | Extra | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  // both are objects, or both lists, whose keys are their places
  const [left, right] = [a as Extra, b as Extra];
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(left[key], right[key]));
}
