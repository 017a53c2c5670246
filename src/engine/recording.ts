/**
 * Recordings: what people did in a project, step by step, as a file of JSON lines that another project can do again. The first line says what the file is; every other is one
 * step, in the order in which they were taken. docs/engine.md describes it.
 */
import type { JsonValue } from '../dataset/types.js';
import { categoriesOf } from './categories.js';
import { eventsOf, eventThatMade, type EngineEvent } from './events.js';
import { imageById } from './images.js';
import { maskById, type EngineMask } from './masks.js';
import { modelsOf } from './models.js';
import type { Project } from './project.js';
import type { EventKind, Stage } from './schema.js';
import { verdictsOf } from './verdicts.js';

export const RECORDING_FORMAT = 'sam-recording';
/** Grows when an older program could not read it rightly. */
export const RECORDING_VERSION = 1;

export interface RecordingHead { format: typeof RECORDING_FORMAT; version: number; categories: string[]; models: { sha256: string; name: string }[] }

/** A mask as it was recorded. `model`: SHA-256 of the one that helped. `status`: what it was before anybody judged it, for masks that no step made. `prompts`: as `PromptView` of the annotator. */
export interface RecordedMask {
  segmentation: { size: [height: number, width: number]; counts: string };
  category: string;
  stage: Stage;
  model: string | null;
  predicted_iou: number | null;
  stability_score: number | null;
  score?: number;
  is_crowd?: true;
  status?: 'proposed' | 'accepted' | 'corrected';
  prompts?: JsonValue;
  point_coords?: [number, number][];
  crop_box?: { x0: number; y0: number; x1: number; y1: number };
}

/** One step. `image`: sizes upright, pixels. `about`: the mask that was judged: the step that made it, else the mask itself. `mask`: the one that was made. `at`: milliseconds since 1970. */
export interface RecordedEvent {
  key: string; kind: EventKind; at: number; session: string; annotator: string | null; stage: Stage; round: number;
  image: { sha256: string; file_name: string; width: number; height: number };
  about?: { made_by: string } | { mask: RecordedMask };
  mask?: RecordedMask;
  seconds?: number; clicks?: number; outcome?: 'todo' | 'done' | 'skipped'; candidate?: number;
}

/** The lines of a recording, each with its newline; of one round where that is asked for. Memory: 500 steps. The caller holds one moment of the project. */
export function* recordingLines(project: Project, { round }: { round?: number | undefined } = {}): Generator<string> {
  const models = modelsOf(project).map(({ sha256, name }) => ({ sha256, name })), hashes = new Map(modelsOf(project).map(({ id, sha256 }) => [id, sha256]));
  const names = new Map(categoriesOf(project).map(({ id, name }) => [id, name]));
  const head: RecordingHead = { format: RECORDING_FORMAT, version: RECORDING_VERSION, categories: [...names.values()], models };
  yield `${JSON.stringify(head)}\n`;
  const recorder = { project, names, hashes };
  for (const event of eventsOf(project, { round })) yield `${JSON.stringify(recordedOf(recorder, event))}\n`;
}

interface Recorder { project: Project; names: ReadonlyMap<number, string>; hashes: ReadonlyMap<number, string> }

function recordedOf(recorder: Recorder, event: EngineEvent): RecordedEvent {
  const { project } = recorder, { key, kind, at, session, annotator, stage, round, imageId, maskId, madeId, seconds, clicks, outcome, candidate } = event;
  const { sha256, fileName, width, height } = imageById(project, imageId);
  return {
    key, kind, at, session, annotator, stage, round, image: { sha256, file_name: fileName, width, height }, ...(maskId === null ? {} : { about: aboutOf(recorder, maskId) }),
    ...(madeId === null ? {} : { mask: maskOf(recorder, maskById(project, madeId)) }), ...(seconds === undefined ? {} : { seconds }), ...(clicks === undefined ? {} : { clicks }),
    ...(outcome === undefined ? {} : { outcome }), ...(candidate === undefined ? {} : { candidate }),
  };
}

function aboutOf(recorder: Recorder, maskId: number): NonNullable<RecordedEvent['about']> {
  const made = eventThatMade(recorder.project, maskId);
  if (made !== undefined) return { made_by: made.key };
  const mask = maskById(recorder.project, maskId), first = verdictsOf(recorder.project, maskId)[0]?.statusBefore;
  const status = first === 'accepted' || first === 'corrected' ? first : 'proposed';
  return { mask: { ...maskOf(recorder, mask), status } };
}

function maskOf({ names, hashes }: Recorder, mask: EngineMask): RecordedMask {
  const { counts, width, height, categoryId, stage, modelId, predictedIou, stabilityScore, score, isCrowd, prompts, details: { pointCoords, cropBox } } = mask;
  return {
    segmentation: { size: [height, width], counts }, category: names.get(categoryId)!, stage, model: modelId === null ? null : hashes.get(modelId)!, predicted_iou: predictedIou, stability_score: stabilityScore,
    ...(score === null ? {} : { score }), ...(isCrowd ? { is_crowd: true } : {}), ...(prompts === null ? {} : { prompts }),
    ...(pointCoords === undefined ? {} : { point_coords: pointCoords }), ...(cropBox === undefined ? {} : { crop_box: cropBox }),
  };
}
