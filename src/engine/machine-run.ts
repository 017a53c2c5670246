/** A model at work alone on a project's images: through the workers, each image saved whole in one step, in order, and not done twice with the same key. */
import { SamError, type PlainError } from '../errors.js';
import { sha256Hex } from '../files/hash.js';
import { runPool, type JobOutcome } from '../folder/pool.js';
import { ProgressMeter } from '../folder/progress.js';
import type { FolderRunOptions } from '../folder/spec.js';
import type { ImageJob } from '../folder/worker-protocol.js';
import type { Box } from '../geometry/box.js';
import { imageFailed } from './failed-image.js';
import { imageById, pathOfImage, type EngineImage } from './images.js';
import { InTurn } from './in-turn.js';
import type { MachineImage, MachineMask, MachineSetup } from './machine-worker.js';
import type { Project } from './project.js';
import type { Stage } from './schema.js';

export interface MachineRun {
  project: Project;
  stage: Stage;
  /** Ids of images, in the order of the work. */
  images: readonly number[];
  /** Boxes to prompt with, for runs without a generator. */
  boxesOf?: ((image: EngineImage) => Box[]) | undefined;
  setup: MachineSetup;
  workers: number;
  /** All that the masks depend on beside the image and its boxes. */
  key: unknown;
  now: number;
  /** Stores what was found, inside of a transaction; returns how many masks that came to. */
  save(image: EngineImage, masks: readonly MachineMask[]): number;
}

/** `skipped`: looked at before, with the same key. */
export interface MachineReport { images: number; skipped: number; failed: number; masks: number; problems: PlainError[] }

interface Job extends ImageJob { index: number; image: EngineImage; key: string }

/**
 * What costs an image is in the report. Images that are saved stay when it is interrupted (`interrupted/signal`), and the same call goes on. Memory: two images a
 * worker, and the masks of images that were quicker than one before them.
 */
export async function runMachine(run: MachineRun, { stop, kill, events }: FolderRunOptions): Promise<MachineReport> {
  const report: MachineReport = { images: 0, skipped: 0, failed: 0, masks: 0, problems: [] };
  const { project, images, setup, workers } = run, meter = new ProgressMeter(images.length, () => performance.now()), turns = new InTurn();
  const jobs = async function* (): AsyncGenerator<Job, void> {
    let index = 0;
    for (const id of images) {
      if (stop?.aborted === true) return;
      const image = imageById(project, id), boxes = run.boxesOf?.(image), key = sha256Hex(JSON.stringify([run.key, image.sha256, boxes ?? null]));
      if (project.database.count('SELECT count(*) FROM passes WHERE image_id = ? AND stage = ? AND key_sha256 = ?', id, run.stage, key) > 0) {
        report.skipped++;
        meter.count('skipped', 0);
        events?.({ kind: 'imageSkipped', fileName: image.fileName, masks: 0, progress: meter.progress });
        continue;
      }
      const data: MachineImage = { sha256: image.sha256, boxes };
      yield { path: pathOfImage(project, image), fileName: image.fileName, index: index++, image, key, data };
    }
  };
  const settle = ({ image, key, fileName }: Job, outcome: JobOutcome): void => {
    if ('error' in outcome) {
      imageFailed(fileName, outcome.error, report, meter, events);
      return;
    }
    const masks = project.database.write(() => {
      // machine-worker.ts of this version answered
      const saved = run.save(image, outcome.result.data as MachineMask[]);
      project.database.run('INSERT OR REPLACE INTO passes (image_id, stage, key_sha256, masks, at) VALUES (?, ?, ?, ?, ?)', image.id, run.stage, key, saved, run.now);
      return saved;
    });
    report.images++;
    report.masks += masks;
    meter.count('done', masks);
    events?.({ kind: 'imageDone', fileName, masks, progress: meter.progress });
  };
  events?.({ kind: 'started', progress: meter.progress });
  await runPool<Job>({ workers: Math.max(1, Math.min(workers, images.length)), module: new URL('./machine-worker.js', import.meta.url), setup, kill }, jobs(), async (job, outcome) => {
    turns.arrive(job.index, () => { settle(job, outcome); });
  });
  events?.({ kind: 'finished', progress: meter.progress });
  if (stop?.aborted !== true && kill?.aborted !== true) return report;
  throw new SamError('interrupted/signal', `Interrupted: ${report.images + report.skipped} of ${images.length} images are done and saved; the same command goes on.`);
}

/** What an earlier run of the stage left on an image and nobody has judged gives way. Returns how many masks that were. */
export function retireMachineMasks({ database }: Project, imageId: number, stage: Stage, status: 'proposed' | 'accepted', now: number): number {
  return database.run(
    `UPDATE masks SET status = 'superseded', revision = revision + 1, updated_at = ? WHERE image_id = ? AND stage = ? AND status = ? AND annotator IS NULL AND supersedes IS NULL AND source_file IS NULL
      AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.mask_id = masks.id)`, now, imageId, stage, status,
  ).changes;
}

/** The category of masks that a model makes alone: the one that is named, else the project's first. Throws `engine/record` for a name that it has not. */
export function machineCategory({ database }: Project, name: string | undefined): number {
  const sql = name === undefined ? 'SELECT id FROM categories ORDER BY id LIMIT 1' : 'SELECT id FROM categories WHERE name = ?';
  const row = database.get<{ id: number }>(sql, ...(name === undefined ? [] : [name]));
  if (row === undefined) throw new SamError('engine/record', `The project has no category "${name ?? ''}".`, { record: `category ${name ?? ''}` });
  return row.id;
}
