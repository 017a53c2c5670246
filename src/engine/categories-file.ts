/** The categories of a new project from a file: a name a line, or JSON (names, COCO's categories, or a whole COCO file). */
import { readFile } from 'node:fs/promises';
import { SamError, printableName, systemCode } from '../errors.js';
import type { NewCategory } from './categories.js';

/** Throws `usage/input-missing`, `data/json`, `data/record`. */
export async function readCategories(path: string): Promise<NewCategory[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SamError('usage/input-missing', `The categories cannot be read: ${systemCode(error) === 'ENOENT' ? 'there is no such file' : systemCode(error) ?? 'unknown reason'}.`, { file: path });
  });
  const trimmed = text.replace(/^\ufeff/, '').trim();
  const categories = /^[[{]/.test(trimmed) ? fromJson(trimmed, path) : trimmed.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '').map((name) => ({ name }));
  if (categories.length === 0) throw new SamError('data/record', 'The file names no category.', { file: path });
  const twice = categories.find(({ name }, i) => categories.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new SamError('data/record', `The category "${printableName(twice.name)}" stands there twice.`, { file: path });
  return categories;
}

function fromJson(text: string, path: string): NewCategory[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SamError('data/json', 'The file begins like JSON and is not valid JSON.', { file: path, cause: error });
  }
  const list: unknown = Array.isArray(value) ? value : (value as { categories?: unknown }).categories; // an object, by its first character
  if (!Array.isArray(list)) throw new SamError('data/record', 'Expected a list of names, or an object with "categories".', { file: path });
  return list.map((item: unknown, i) => categoryOf(item, path, `categories[${i}]`));
}

function categoryOf(item: unknown, file: string, record: string): NewCategory {
  if (typeof item === 'string' && item.trim() !== '') return { name: item };
  const { id, name, supercategory } = (typeof item === 'object' && item !== null ? item : {}) as Partial<Record<string, unknown>>; // keys that are checked right here
  if (typeof name !== 'string' || name.trim() === '') throw new SamError('data/record', 'Expected a category with a name.', { file, record });
  if (id !== undefined && !(typeof id === 'number' && Number.isSafeInteger(id) && id >= 0)) throw new SamError('data/record', `Expected an id that is a whole number from 0, found ${JSON.stringify(id)}.`, { file, record, path: 'id' });
  return { name, ...(id === undefined ? {} : { id }), ...(typeof supercategory === 'string' && supercategory !== '' ? { supercategory } : {}) };
}
