/** What a look at the folder changes in the database: files are matched to images by their bytes first, then by their names. */
import type { ImageFacts } from './image-facts.js';
import type { Project } from './project.js';
import type { ImageState } from './schema.js';

export interface FoundFile { fileName: string; facts: ImageFacts }

/** An image as it was known before the scan. */
export interface KnownImage { id: number; fileName: string; sha256: string; bytes: number; modifiedAt: number; width: number; height: number; state: ImageState }

/** What became of the images, by name. `adopted`: changed, and taken as they are now. `restored`: missing or changed before, and as they were again. */
export interface ScanChanges {
  added: number;
  unchanged: number;
  moved: { from: string; to: string }[];
  changed: string[];
  adopted: string[];
  missing: string[];
  restored: string[];
}

export function knownImages({ database }: Project): KnownImage[] {
  return database.all<KnownImage>('SELECT id, file_name AS fileName, sha256, bytes, modified_at AS modifiedAt, width, height, state FROM images ORDER BY file_name');
}

/** Files that are new, whatever the rest of the folder holds. */
export function addImages({ database }: Project, files: readonly FoundFile[]): void {
  database.write(() => {
    for (const { fileName, facts } of files) {
      database.run(
        'INSERT INTO images (file_name, sha256, width, height, bytes, modified_at, phash) VALUES (?, ?, ?, ?, ?, ?, ?)',
        fileName, facts.sha256, facts.width, facts.height, facts.bytes, facts.modifiedAt, facts.phash,
      );
    }
  });
}

/**
 * `files`: those that were read, `displaced`: images that no unread file stands for. Every file finds its image by its bytes, also where names were
 * exchanged; of what is left, a file of the same name is a changed one, an image without a file is missing, a file without an image is new.
 */
export function settle(project: Project, files: readonly FoundFile[], displaced: readonly KnownImage[], adoptChanged: boolean): ScanChanges {
  const changes: ScanChanges = { added: 0, unchanged: 0, moved: [], changed: [], adopted: [], missing: [], restored: [] };
  const left = new Map(displaced.map((image) => [image.id, image]));
  const byName = new Map(displaced.map((image) => [image.fileName, image])), byContent = new Map<string, KnownImage[]>();
  for (const image of displaced) byContent.set(image.sha256, [...byContent.get(image.sha256) ?? [], image]);
  const take = (file: FoundFile, image: KnownImage | undefined): { file: FoundFile; image: KnownImage } | undefined => {
    if (image === undefined || !left.delete(image.id)) return undefined;
    return { file, image };
  };
  const sameBytes = (file: FoundFile): KnownImage | undefined => byContent.get(file.facts.sha256)?.find(({ id }) => left.has(id));
  const { found: stayed, rest: others } = matched(files, (file) => {
    const image = byName.get(file.fileName);
    return image?.sha256 === file.facts.sha256 ? take(file, image) : undefined;
  });
  const { found: moved, rest: unknown } = matched(others, (file) => take(file, sameBytes(file)));
  const { found: altered, rest: fresh } = matched(unknown, (file) => take(file, byName.get(file.fileName)));
  project.database.write(() => {
    // names are exchanged by way of names that no file can have
    for (const { image } of moved) project.database.run('UPDATE images SET file_name = ? WHERE id = ?', `//${image.id}`, image.id);
    const taken = new Set([...moved.map(({ file }) => file.fileName), ...fresh.map(({ fileName }) => fileName)]);
    for (const image of left.values()) markMissing(project, image, taken.has(image.fileName), changes);
    for (const { file, image } of [...stayed, ...moved]) keep(project, file, image, changes);
    for (const { file, image } of altered) {
      (adoptChanged ? changes.adopted : changes.changed).push(image.fileName);
      if (adoptChanged) adopt(project, file.facts, image);
      else markChanged(project, file.facts, image);
    }
    addImages(project, fresh);
  });
  changes.added = fresh.length;
  return changes;
}

function matched<T>(files: readonly FoundFile[], take: (file: FoundFile) => T | undefined): { found: T[]; rest: FoundFile[] } {
  const found: T[] = [], rest: FoundFile[] = [];
  for (const file of files) {
    const match = take(file);
    if (match === undefined) rest.push(file);
    else found.push(match);
  }
  return { found, rest };
}

/** The image's own bytes, under its name or another. */
function keep({ database }: Project, { fileName, facts }: FoundFile, image: KnownImage, changes: ScanChanges): void {
  const isBack = image.state === 'missing' || image.state === 'changed';
  if (fileName !== image.fileName) changes.moved.push({ from: image.fileName, to: fileName });
  else if (isBack) changes.restored.push(fileName);
  else changes.unchanged++;
  const touched = isBack || fileName !== image.fileName ? 1 : 0;
  database.run(
    'UPDATE images SET file_name = ?, bytes = ?, modified_at = ?, state = coalesce(state_before, state), state_before = NULL, changed_sha256 = NULL, revision = revision + ? WHERE id = ?',
    fileName, facts.bytes, facts.modifiedAt, touched, image.id,
  );
}

function markChanged({ database }: Project, facts: ImageFacts, { id }: KnownImage): void {
  database.run(
    "UPDATE images SET bytes = ?, modified_at = ?, changed_sha256 = ?, state_before = coalesce(state_before, state), state = 'changed', revision = revision + 1 WHERE id = ?",
    facts.bytes, facts.modifiedAt, facts.sha256, id,
  );
}

/** The image as it is now; people look at it again, and masks of another size are rejected: they can lie nowhere in it. */
function adopt({ database }: Project, facts: ImageFacts, { id, width, height }: KnownImage): void {
  database.run(
    "UPDATE images SET sha256 = ?, width = ?, height = ?, bytes = ?, modified_at = ?, phash = ?, state = 'todo', state_before = NULL, changed_sha256 = NULL, revision = revision + 1 WHERE id = ?",
    facts.sha256, facts.width, facts.height, facts.bytes, facts.modifiedAt, facts.phash, id,
  );
  if (facts.width === width && facts.height === height) return;
  database.run("UPDATE masks SET status = 'rejected', duplicate_of = NULL, revision = revision + 1 WHERE image_id = ? AND status IN ('proposed', 'accepted', 'corrected', 'duplicate')", id);
}

/** `isTaken`: another image has its name now, so that it is known by a name of its own until its bytes are seen again. */
function markMissing({ database }: Project, { id, fileName, state }: KnownImage, isTaken: boolean, changes: ScanChanges): void {
  changes.missing.push(fileName);
  if (isTaken) database.run('UPDATE images SET file_name = ? WHERE id = ?', `${fileName} (replaced, image ${id})`, id);
  if (state !== 'missing') database.run("UPDATE images SET state_before = coalesce(state_before, state), state = 'missing', revision = revision + 1 WHERE id = ?", id);
}
