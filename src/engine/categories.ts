/** A project's categories: what a mask can be called. They are added to, never taken away (but for the placeholder of a new project). */
import type { Category, Extra } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import type { Project } from './project.js';

/** A category as it is asked for; without an id it gets the next free one, from 1. */
export interface NewCategory { id?: number; name: string; supercategory?: string; extra?: Extra }

/** In the order of their ids. */
export function categoriesOf({ database }: Project): Category[] {
  const rows = database.all<{ id: number; name: string; supercategory: string | null; extra: string | null }>('SELECT id, name, supercategory, extra FROM categories ORDER BY id');
  return rows.map(({ id, name, supercategory, extra }) => ({
    id, name, ...(supercategory === null ? {} : { supercategory }), ...(extra === null ? {} : { extra: JSON.parse(extra) as Extra }),
  }));
}

/**
 * Adds those whose names are new; one that is there stays as it is. Returns all that were asked for, as they are in the project. The
 * category `object` of a new project, unused, gives way. Throws `engine/record` for an id that another category has, or no name.
 */
export function addCategories(project: Project, categories: readonly NewCategory[]): Category[] {
  const { database } = project;
  return database.write(() => {
    if (categories.length > 0 && !categories.some(({ name }) => name === 'object')) dropPlaceholder(project);
    const known = new Map(categoriesOf(project).map((category) => [category.name, category]));
    return categories.map((wanted) => {
      const there = known.get(wanted.name);
      if (there !== undefined) return there;
      const category = { ...wanted, id: wanted.id ?? nextId(known) };
      checkCategory(category, known);
      const { id, name, supercategory, extra } = category;
      database.run('INSERT INTO categories (id, name, supercategory, extra) VALUES (?, ?, ?, ?)', id, name, supercategory ?? null, extra === undefined ? null : JSON.stringify(extra));
      known.set(name, category);
      return category;
    });
  });
}

function dropPlaceholder({ database }: Project): void {
  const isAlone = database.count('SELECT count(*) FROM categories') === 1 && database.count('SELECT count(*) FROM masks') === 0;
  if (isAlone) database.run('DELETE FROM categories WHERE id = 1 AND name = ?', 'object');
}

function nextId(known: ReadonlyMap<string, Category>): number {
  return Math.max(0, ...[...known.values()].map(({ id }) => id)) + 1;
}

function checkCategory({ id, name }: Category, known: ReadonlyMap<string, Category>): void {
  const holder = [...known.values()].find((other) => other.id === id);
  const reason = name.trim() === '' ? 'has no name' : !(Number.isSafeInteger(id) && id >= 0) ? `has the id ${id}, which is no whole number from 0`
    : holder === undefined ? undefined : `has the id ${id} of "${printableName(holder.name)}"`;
  if (reason !== undefined) throw new SamError('engine/record', `The category "${printableName(name)}" ${reason}.`, { record: `category ${name}` });
}
