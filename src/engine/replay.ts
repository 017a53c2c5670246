/** A recording done again in a project with the same images: `sam engine assist --replay`. Each step is one transaction with its key, so that it is done once, whenever and however often it is asked for. */
import { isDeepStrictEqual } from 'node:util';
import { SamError, isSamError, plainError, type PlainError } from '../errors.js';
import { modelFilesOf } from '../models/located-model.js';
import { resolveOptions, type SomeOf } from '../options.js';
import { addCategories } from './categories.js';
import { claimsOn } from './claims.js';
import { eventByKey } from './events.js';
import { IMAGE_COLUMNS, type EngineImage } from './images.js';
import { maskById, rleOfMask } from './masks.js';
import { currentModel, modelsOf } from './models.js';
import { openProject } from './project.js';
import { locateProjectModel } from './project-model.js';
import { readRecording } from './recording-lines.js';
import type { RecordedEvent } from './recording.js';
import { ReplayDecoder, type Redrawn } from './replay-decode.js';
import { REPLAY_OPTIONS } from './replay-options.js';
import type { StageRequest } from './stage-run.js';
import { aboutOf, doStep, isOnProposal, type Replaying } from './replay-step.js';

/** `model`: the one that decodes; without it the project's. */
export interface ReplayRequest extends StageRequest, SomeOf<typeof REPLAY_OPTIONS> {
  recording: string;
  /** Only what was judged and corrected of proposals: nothing is added, and the images stay to do. */
  onProposalsOnly?: boolean | undefined;
  stop?: AbortSignal | undefined;
}

/** Steps: `done` now, `known` from before, `failed`, `others` that are not about proposals where only those are wanted. `masks`, `verdicts`, `images`: what the steps of now made, judged and finished; `decoded`: masks that the model was asked for. `problems`: the first 100. */
export interface ReplayReport { steps: number; done: number; known: number; failed: number; others: number; masks: number; verdicts: number; images: number; decoded: number; model: string | null; problems: PlainError[] }

const MOST_PROBLEMS = 100;

interface Run extends Replaying { report: ReplayReport; how: 'auto' | 'recorded' | 'decoded'; decoder: ReplayDecoder; unknown: Set<string>; onProposalsOnly: boolean; now: number }

/**
 * A step that cannot be done (its image is not there, another works on it, a line is malformed) costs itself and those that build on it. Throws what `readRecording` throws for a file that is none,
 * `usage/no-project`, `locked/project`, `model/...`, `interrupted/signal`: what was done then stays, and the same call goes on.
 */
export async function replayRecording(request: ReplayRequest, now: number): Promise<ReplayReport> {
  const { folder, recording, model: wanted, env, stop } = request, { replayMasks: how } = resolveOptions(REPLAY_OPTIONS, { replayMasks: request.replayMasks });
  const { head, lines } = await readRecording(recording);
  const project = await openProject(folder, 'write');
  const decoder = new ReplayDecoder(async () => modelFilesOf((await locateProjectModel(project, wanted, env, now)).located));
  try {
    const named = wanted === undefined ? undefined : await locateProjectModel(project, wanted, env, now), current = currentModel(project);
    const model = named === undefined ? current === undefined ? undefined : { id: current.id, sha256: current.sha256, name: current.name } : { id: named.id!, sha256: named.sha256, name: named.located.name };
    const report: ReplayReport = { steps: 0, done: 0, known: 0, failed: 0, others: 0, masks: 0, verdicts: 0, images: 0, decoded: 0, model: model?.name ?? null, problems: [] };
    addCategories(project, head.categories.map((name) => ({ name })));
    const run: Run = { project, model, models: new Map(modelsOf(project).map(({ id, sha256 }) => [sha256, id])), report, how, decoder, unknown: new Set(), onProposalsOnly: request.onProposalsOnly === true, now };
    for await (const line of lines) {
      if (stop?.aborted === true) throw new SamError('interrupted/signal', `Interrupted: ${report.done + report.known} of the steps are done and saved; the same command goes on.`);
      report.steps++;
      try {
        if ('error' in line) throw line.error;
        await replayStep(run, line.event);
      } catch (error) {
        tell(run, error, recording, line.line);
      }
    }
    return report;
  } finally {
    await decoder.close();
    await project.close();
  }
}

/** What costs one step; all else ends the run. */
function tell({ report }: Run, error: unknown, recording: string, line: number): void {
  if (!isSamError(error) || (error.kind !== 'item' && error.code !== 'data/recording')) throw error;
  report.failed++;
  if (report.problems.length < MOST_PROBLEMS) report.problems.push({ ...plainError(error), file: recording, record: `line ${line}` });
}

async function replayStep(run: Run, event: RecordedEvent): Promise<void> {
  const { project, report } = run;
  if (eventByKey(project, event.key) !== undefined) {
    report.known++;
    return;
  }
  if (run.onProposalsOnly && !isOnProposal(project, event)) {
    report.others++;
    return;
  }
  const image = imageOf(run, event);
  const redrawn = event.mask === undefined || !isDecoded(run, event) ? undefined : await redraw(run, image, event);
  doStep(run, image, event, redrawn);
  report.done++;
  report.decoded += typeof redrawn?.predictedIou === 'number' ? 1 : 0;
  report.masks += event.mask === undefined ? 0 : 1;
  report.verdicts += event.about === undefined ? 0 : 1;
  report.images += event.kind === 'finish' && event.outcome !== 'todo' ? 1 : 0;
}

/** By its bytes; of several copies the one of that name. */
function imageOf({ project, unknown, now }: Run, { image: { sha256, file_name: name } }: RecordedEvent): EngineImage {
  const image = project.database.get<EngineImage>(`SELECT ${IMAGE_COLUMNS} FROM images WHERE sha256 = ? ORDER BY file_name <> ?, id LIMIT 1`, sha256, name);
  const refuse = (reason: string): SamError => new SamError('engine/record', `The image ${JSON.stringify(name)} ${reason}.`, { record: name });
  if (image === undefined) {
    const again = unknown.has(sha256);
    unknown.add(sha256);
    throw refuse(again ? 'is not in the project' : `(SHA-256 ${sha256.slice(0, 12)}…) is not in the project; its steps are left out`);
  }
  if (image.state === 'missing' || image.state === 'changed') throw refuse(`is ${image.state} in the project; sam engine init looks for it`);
  const holder = claimsOn(project, now).find(({ imageId, token }) => imageId === image.id && !token.startsWith('replay-'));
  if (holder !== undefined) throw new SamError('engine/conflict', `Image ${image.id} is being worked on by ${holder.annotator}.`, { record: name });
  return image;
}

function isDecoded({ how, model }: Run, { mask }: RecordedEvent): boolean {
  return how === 'decoded' || (how === 'auto' && mask!.model !== null && mask!.model !== model?.sha256);
}

/** The recorded mask made anew; undefined where the recorded one is to be taken. */
async function redraw(run: Run, image: EngineImage, event: RecordedEvent): Promise<Redrawn | undefined> {
  const about = event.about === undefined ? undefined : aboutOf(run, image, event), old = about === undefined ? undefined : maskById(run.project, about), { prompts, model } = event.mask!;
  // where only the class was changed, the model was not asked: mask and prompts are those of the one before
  if (old !== undefined && event.candidate === undefined && prompts !== undefined && isDeepStrictEqual(prompts, old.prompts)) return { rle: rleOfMask(old), predictedIou: old.predictedIou };
  return await run.decoder.redraw(run.project, image, event, old === undefined ? undefined : rleOfMask(old), model === run.model?.sha256);
}
