/** Groups of images that look alike, and the splits that follow from them, worked out anew after images came or went. */
import type { Split } from '../dataset/types.js';
import { nearGroups, type Look } from './near-images.js';
import { factsOf } from './project-facts.js';
import type { Project } from './project.js';
import { planSplits } from './splits.js';

/** `nearGroups`: groups of more than one image, by name. `resplit`: images that changed their split, because a new image joins what was apart. */
export interface Regrouped { nearGroups: string[][]; resplit: string[] }

type Row = Look & { fileName: string; nearGroup: number | null; split: Split | null };

/** Memory: a record an image, and the pairs that look alike. */
export function regroup(project: Project, radius: number): Regrouped {
  const { database } = project;
  return database.write(() => {
    const images = database.all<Row>('SELECT id, sha256, phash, file_name AS fileName, near_group AS nearGroup, split FROM images ORDER BY id');
    const groups = nearGroups(images, radius);
    const { splits, moved } = planSplits(images.map(({ id, sha256, split }) => ({ id, sha256, split, group: groups.get(id)! })), factsOf(project));
    for (const { id, nearGroup, split } of images) {
      const group = groups.get(id)!, now = splits.get(id)!;
      if (group !== nearGroup || now !== split) database.run('UPDATE images SET near_group = ?, split = ? WHERE id = ?', group, now, id);
    }
    const names = new Map(images.map(({ id, fileName }) => [id, fileName]));
    const members = new Map<number, string[]>();
    for (const { id, fileName } of images) members.set(groups.get(id)!, [...members.get(groups.get(id)!) ?? [], fileName]);
    return { nearGroups: [...members.values()].filter((group) => group.length > 1), resplit: moved.map((id) => names.get(id)!) };
  });
}
