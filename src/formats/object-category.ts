/** What every object is where a format has no categories, as `segment-all` calls it too. */
import type { Category } from '../dataset/types.js';

export const OBJECT: Category = { id: 1, name: 'object' };
