/** What a line of a recording has to be: every field looked at, and what is wrong told with what was expected and what was found. */
import type { JsonValue } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import { rleFromString } from '../mask/rle-string.js';
import { RECORDING_FORMAT, RECORDING_VERSION, type RecordedEvent, type RecordedMask, type RecordingHead } from './recording.js';
import { EVENT_KINDS, STAGES } from './schema.js';

type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** The first line. Throws `data/recording` for another file, or one of a newer version. */
export function checkHead(value: JsonValue): RecordingHead {
  const fields = objectOf(value, 'the first line');
  if (fields['format'] !== RECORDING_FORMAT) throw wrong('format', `"${RECORDING_FORMAT}": this is no recording`, fields['format']);
  const version = wholeOf(fields, 'version', 1);
  if (version > RECORDING_VERSION) throw new SamError('data/recording', `The recording was made by a newer version of sam (it is of version ${version}, this program knows ${RECORDING_VERSION}); install that version or a later one.`);
  const models = listOf(fields, 'models').map((model) => objectOf(model, 'models')).map((model) => ({ sha256: textOf(model, 'sha256', HASH), name: textOf(model, 'name') }));
  return { format: RECORDING_FORMAT, version, models, categories: listOf(fields, 'categories').map((name) => textOf({ categories: name }, 'categories')) };
}

/** Any other line. Throws `data/recording`, its `path` naming the field. */
export function checkEvent(value: JsonValue): RecordedEvent {
  const fields = objectOf(value, 'a line'), kind = choiceOf(fields, 'kind', EVENT_KINDS);
  const image = objectOf(fields['image'], 'image');
  const [width, height] = [wholeOf(image, 'width', 1), wholeOf(image, 'height', 1)], size = { width, height };
  const number = (name: 'seconds' | 'clicks' | 'candidate'): Partial<RecordedEvent> => (fields[name] === undefined ? {} : { [name]: name === 'seconds' ? numberOf(fields, name, 0) : wholeOf(fields, name, 0) });
  const event: RecordedEvent = {
    key: textOf(fields, 'key', /^[\w-]{8,64}$/), kind, at: wholeOf(fields, 'at', 0), session: textOf(fields, 'session'), annotator: fields['annotator'] === null ? null : nameOf(fields, 'annotator'),
    stage: choiceOf(fields, 'stage', STAGES), round: wholeOf(fields, 'round', 1), image: { sha256: textOf(image, 'sha256', HASH), file_name: textOf(image, 'file_name'), width, height },
    ...number('seconds'), ...number('clicks'), ...number('candidate'),
    ...(kind === 'finish' ? { outcome: choiceOf(fields, 'outcome', ['todo', 'done', 'skipped']) } : {}),
    ...(kind === 'add' || kind === 'correct' ? { mask: maskOf(fields['mask'], size) } : {}),
  };
  return kind === 'claim' || kind === 'finish' || kind === 'add' ? event : { ...event, about: aboutOf(objectOf(fields['about'], 'about'), size) };
}

const HASH = /^[0-9a-f]{64}$/;

function aboutOf(fields: Fields, size: { width: number; height: number }): NonNullable<RecordedEvent['about']> {
  return fields['mask'] === undefined ? { made_by: textOf(fields, 'made_by') } : { mask: maskOf(fields['mask'], size) };
}

function maskOf(value: JsonValue | undefined, { width, height }: { width: number; height: number }): RecordedMask {
  const fields = objectOf(value, 'mask'), segmentation = objectOf(fields['segmentation'], 'segmentation');
  const [h, w] = listOf(segmentation, 'size');
  if (h !== height || w !== width) throw wrong('segmentation.size', `the image's, ${height} x ${width}`, segmentation['size']);
  const counts = textOf(segmentation, 'counts');
  rleFromString(counts, width, height);
  const score = (name: string): number | null => (fields[name] === null || fields[name] === undefined ? null : numberOf(fields, name, -10, 10));
  const box = fields['crop_box'] === undefined ? undefined : objectOf(fields['crop_box'], 'crop_box');
  return {
    segmentation: { size: [height, width], counts }, category: textOf(fields, 'category'), stage: choiceOf(fields, 'stage', STAGES), model: fields['model'] === null ? null : textOf(fields, 'model', HASH),
    predicted_iou: score('predicted_iou'), stability_score: score('stability_score'), ...(fields['score'] === undefined ? {} : { score: numberOf(fields, 'score', -10, 10) }),
    ...(fields['is_crowd'] === true ? { is_crowd: true } : {}), ...(fields['status'] === undefined ? {} : { status: choiceOf(fields, 'status', ['proposed', 'accepted', 'corrected']) }),
    ...(fields['prompts'] === undefined ? {} : { prompts: listOf(fields, 'prompts').map((prompt) => checkedPrompt(objectOf(prompt, 'prompts'), width, height)) }),
    ...(fields['point_coords'] === undefined ? {} : { point_coords: listOf(fields, 'point_coords').map(pointOf) }),
    ...(box === undefined ? {} : { crop_box: { x0: numberOf(box, 'x0'), y0: numberOf(box, 'y0'), x1: numberOf(box, 'x1'), y1: numberOf(box, 'y1') } }),
  };
}

/** As it is: what the annotator stored. */
function checkedPrompt(prompt: Fields, width: number, height: number): { [key: string]: JsonValue } {
  const kind = choiceOf(prompt, 'kind', ['point', 'box', 'brush', 'eraser', 'polygon']);
  const numbers = kind === 'point' ? ['x', 'y'] : kind === 'box' ? ['x0', 'y0', 'x1', 'y1'] : [];
  for (const name of numbers) numberOf(prompt, name);
  if (kind === 'point' && prompt['label'] !== 0 && prompt['label'] !== 1) throw wrong('prompts.label', '0 or 1', prompt['label']);
  if (prompt['candidate'] !== undefined) wholeOf(prompt, 'candidate', 0);
  for (const name of ['add', 'remove']) if (prompt[name] !== undefined) rleFromString(textOf(prompt, name), width, height);
  return { ...prompt } as { [key: string]: JsonValue }; // JSON has no undefined
}

function pointOf(value: JsonValue): [number, number] {
  if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number') return [value[0], value[1]];
  throw wrong('point_coords', 'pairs of numbers', value);
}

function objectOf(value: JsonValue | undefined, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(what, 'an object', value);
  return value;
}

function listOf(fields: Fields, name: string): JsonValue[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw wrong(name, 'a list', value);
  return value;
}

function textOf(fields: Fields, name: string, pattern = /./): string {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(name, pattern === HASH ? 'a SHA-256 in hexadecimal' : 'a text', value);
  return value;
}

/** A person's name, as the annotator takes it. */
function nameOf(fields: Fields, name: string): string {
  const value = textOf(fields, name);
  if (value.length > 100 || /[\u0000-\u001f\u007f]/.test(value)) throw wrong(name, 'a name of 1 to 100 characters', value);
  return value;
}

function choiceOf<C extends string>(fields: Fields, name: string, choices: readonly C[]): C {
  const found = choices.find((choice) => choice === fields[name]);
  if (found === undefined) throw wrong(name, `one of ${choices.join(', ')}`, fields[name]);
  return found;
}

function numberOf(fields: Fields, name: string, min = -1e9, max = 1e9): number {
  const value = fields[name];
  if (typeof value !== 'number' || !(value >= min && value <= max)) throw wrong(name, `a number from ${min} to ${max}`, value);
  return value;
}

function wholeOf(fields: Fields, name: string, min: number): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) throw wrong(name, `a whole number from ${min}`, value);
  return value;
}

function wrong(path: string, expected: string, found: JsonValue | undefined): SamError {
  const shown = found === undefined ? 'nothing' : printableName(JSON.stringify(found).slice(0, 80));
  return new SamError('data/recording', `Expected "${path}" to be ${expected}; found ${shown}.`, { path });
}
