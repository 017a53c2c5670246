/** Requests as they are after everything in them was checked: what a page sends is foreign input like any other. Each throws `usage/request`, naming the field. */
import { SamError } from '../errors.js';
import type { ClaimRequest, DraftRequest, DraftView, FinishRequest, PromptView, ReleaseRequest, SaveAction, SaveRequest, TabRequest } from './api.js';

type Fields = Readonly<Record<string, unknown>>;

export function tabRequest(body: unknown): TabRequest {
  const fields = fieldsOf(body, 'the request');
  return { tab: nameOf(fields, 'tab'), ...(fields['project'] === undefined ? {} : { project: nameOf(fields, 'project') }) };
}

export function releaseRequest(body: unknown): ReleaseRequest {
  const fields = fieldsOf(body, 'the request');
  return { ...tabRequest(body), ...(fields['visit'] === undefined ? {} : { visit: nameOf(fields, 'visit') }) };
}

export function claimRequest(body: unknown): ClaimRequest {
  const fields = fieldsOf(body, 'the request');
  const want = fields['want'] === 'next' ? 'next' as const : idOf(fields, 'want');
  const annotator = fields['annotator'] === undefined ? undefined : annotatorName(fields['annotator']);
  return { ...releaseRequest(body), want, ...(annotator === undefined ? {} : { annotator }), ...(fields['others'] === undefined ? {} : { others: othersOf(fields) }) };
}

const MAX_OTHERS = 100;

function othersOf({ others }: Fields): string[] {
  if (!Array.isArray(others) || others.length > MAX_OTHERS) throw malformed('others', `a list of at most ${MAX_OTHERS} tabs`);
  return others.map((tab: unknown) => nameOf({ others: tab }, 'others'));
}

/** A name as it is kept: without control characters, without space around it. */
export function annotatorName(value: unknown): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name.length < 1 || name.length > 100 || /[\u0000-\u001f\u007f]/.test(name)) throw malformed('annotator', 'a name of 1 to 100 characters');
  return name;
}

export function finishRequest(body: unknown): FinishRequest {
  const fields = fieldsOf(body, 'the request'), { outcome } = fields;
  if (outcome !== 'done' && outcome !== 'skipped' && outcome !== 'todo') throw malformed('outcome', 'done, skipped or todo');
  return { ...tabRequest(body), imageId: idOf(fields, 'imageId'), revision: idOf(fields, 'revision'), outcome, seconds: numberOf(fields, 'seconds', 0, 1e9) };
}

export function saveRequest(body: unknown): SaveRequest {
  const fields = fieldsOf(body, 'the request');
  return { ...releaseRequest(body), imageId: idOf(fields, 'imageId'), action: actionOf(fieldsOf(fields['action'], 'action')) };
}

export function draftRequest(body: unknown): DraftRequest {
  const fields = fieldsOf(body, 'the request'), draft = fields['draft'] === null ? null : draftOf(fieldsOf(fields['draft'], 'draft'));
  return { ...tabRequest(body), visit: nameOf(fields, 'visit'), number: idOf(fields, 'number'), imageId: idOf(fields, 'imageId'), draft };
}

function draftOf(fields: Fields): DraftView {
  const base = fields['base'] === undefined ? undefined : fieldsOf(fields['base'], 'base');
  return {
    ...(base === undefined ? {} : { base: { maskId: idOf(base, 'maskId'), revision: idOf(base, 'revision'), counts: countsOf(base) } }),
    categoryId: wholeOf(fields, 'categoryId', 0), steps: promptsOf(fields, 'steps'), undone: promptsOf(fields, 'undone'),
  };
}

const KINDS: readonly SaveAction['kind'][] = ['add', 'correct', 'accept', 'reject', 'reopen', 'undo-correction'];

function actionOf(fields: Fields): SaveAction {
  const { kind } = fields;
  if (!KINDS.some((known) => known === kind)) throw malformed('kind', 'add, correct, accept, reject, reopen or undo-correction');
  const draft = fields['draft'] === undefined ? {} : { draft: idOf(fields, 'draft') };
  const common = { key: nameOf(fields, 'key'), seconds: numberOf(fields, 'seconds', 0, 1e9), clicks: wholeOf(fields, 'clicks', 0, 1e6), ...draft };
  const scores = <T extends null | undefined>(absent: T): { predictedIou: number | null | T; stabilityScore: number | null | T } => ({
    predictedIou: scoreOf(fields, 'predictedIou', absent), stabilityScore: scoreOf(fields, 'stabilityScore', absent),
  });
  const candidate = fields['candidate'] === undefined ? {} : { candidate: wholeOf(fields, 'candidate', 0, MAX_CANDIDATE) };
  if (kind === 'add') return { ...common, kind, categoryId: wholeOf(fields, 'categoryId', 0), counts: countsOf(fields), prompts: promptsOf(fields), ...candidate, ...scores(null) };
  const old = { maskId: idOf(fields, 'maskId'), revision: idOf(fields, 'revision') };
  if (kind === 'accept' || kind === 'reject' || kind === 'reopen' || kind === 'undo-correction') return { ...common, ...old, kind };
  const { predictedIou, stabilityScore } = scores(undefined);
  return {
    ...common, ...old, kind: 'correct', ...(fields['categoryId'] === undefined ? {} : { categoryId: wholeOf(fields, 'categoryId', 0) }), ...(fields['counts'] === undefined ? {} : { counts: countsOf(fields) }),
    ...(fields['prompts'] === undefined ? {} : { prompts: promptsOf(fields) }), ...candidate, ...(predictedIou === undefined ? {} : { predictedIou }), ...(stabilityScore === undefined ? {} : { stabilityScore }),
  };
}

/** Its runs are looked at where the image's size is known. */
function countsOf(fields: Fields, name = 'counts'): string {
  return textOf(fields, name, /^[0-o]+$/, 'COCO\'s compressed string of a mask');
}

const MAX_PROMPTS = 10_000, MAX_CANDIDATE = 100;

function promptsOf(fields: Fields, name = 'prompts'): PromptView[] {
  const prompts = fields[name];
  if (!Array.isArray(prompts) || prompts.length > MAX_PROMPTS) throw malformed(name, `a list of at most ${MAX_PROMPTS}`);
  return prompts.map((prompt) => promptOf(fieldsOf(prompt, name)));
}

function promptOf(fields: Fields): PromptView {
  const { kind, label } = fields, place = (name: string): number => numberOf(fields, name, -1e6, 1e6);
  const at = fields['at'] === undefined ? {} : { at: numberOf(fields, 'at', 0, 1e9) };
  const painted = (name: 'add' | 'remove'): { add?: string; remove?: string } => (fields[name] === undefined ? {} : { [name]: countsOf(fields, name) });
  if (kind === 'brush' || kind === 'eraser' || kind === 'polygon') return { kind, ...painted('add'), ...painted('remove'), ...at };
  const taken = { ...(fields['candidate'] === undefined ? {} : { candidate: wholeOf(fields, 'candidate', 0, MAX_CANDIDATE) }), ...at };
  if (kind === 'box') return { kind, x0: place('x0'), y0: place('y0'), x1: place('x1'), y1: place('y1'), ...taken };
  if (kind === 'point' && (label === 0 || label === 1)) return { kind, x: place('x'), y: place('y'), label, ...taken };
  throw malformed('prompts', 'points with label 0 or 1, boxes, brush, eraser or polygon');
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(what, 'an object');
  return value as Fields; // any object is one; its values stay unknown
}

/** A name that a page made up. */
const nameOf = (fields: Fields, name: string): string => textOf(fields, name, /^[\w-]{16,64}$/, '16 to 64 of A-Z a-z 0-9 - _');

function textOf(fields: Fields, name: string, pattern: RegExp, expected: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value)) throw malformed(name, expected);
  return value;
}

function numberOf(fields: Fields, name: string, min: number, max: number): number {
  const value = fields[name];
  if (typeof value !== 'number' || !(value >= min && value <= max)) throw malformed(name, `a number from ${min} to ${max}`);
  return value;
}

function wholeOf(fields: Fields, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = numberOf(fields, name, min, max);
  if (!Number.isSafeInteger(value)) throw malformed(name, `a whole number from ${min}`);
  return value;
}

const idOf = (fields: Fields, name: string): number => wholeOf(fields, name, 1);

/** Models give estimates a little beyond 1. */
function scoreOf<T>(fields: Fields, name: string, absent: T): number | null | T {
  return fields[name] === undefined ? absent : fields[name] === null ? null : numberOf(fields, name, -10, 10);
}

function malformed(name: string, expected: string): SamError {
  return new SamError('usage/request', `Malformed request: expected ${name === 'the request' ? name : `"${name}"`} to be ${expected}.`, { path: name });
}
