/** `model.json`: what a folder of graphs says about itself. Read strictly: a wrong type or a misspelt key is an error, other keys are left alone. */
import { readFile } from 'node:fs/promises';
import { SamError, messageOf } from '../errors.js';
import type { EncoderInput } from './contract.js';
import { nearNames } from './near-names.js';
import { CONTRACTS, type ContractId } from './registry.js';

const ENCODER_INPUTS: readonly EncoderInput[] = ['nchw-normalised', 'hwc-rgb255'];

export interface ListedFile { path: string; bytes: number; sha256: string }

/** Schema 1. Paths are relative to the folder. What is absent is read from the graphs. */
export interface ModelJson {
  schema: 1;
  name?: string;
  contract?: ContractId;
  encoder?: string;
  decoder?: string;
  /** Side of the encoder's square input, pixels. */
  inputSide?: number;
  /** Side of the square low-resolution mask logits. */
  maskSide?: number;
  encoderInput?: EncoderInput;
  /** Options of the mask generator that suit this model, by their camelCase names. */
  recommended?: Record<string, number>;
  licence?: string;
  files?: ListedFile[];
  /** What the model was made from, for the record: docs/models.md has the keys. */
  lineage?: Record<string, unknown>;
}

type Check = (value: unknown) => string | undefined;

const KEYS: Record<keyof ModelJson, Check> = {
  schema: (v) => (v === 1 ? undefined : 'the number 1'),
  name: textCheck,
  contract: choiceCheck(CONTRACTS),
  encoder: textCheck,
  decoder: textCheck,
  inputSide: sideCheck,
  maskSide: sideCheck,
  encoderInput: choiceCheck(ENCODER_INPUTS),
  recommended: (v) => (isRecord(v) && Object.values(v).every((n) => typeof n === 'number') ? undefined : 'an object of numbers'),
  licence: textCheck,
  files: (v) => (Array.isArray(v) && v.every(isListedFile) ? undefined : 'a list of {path, bytes, sha256 in 64 lower-case hex digits}'),
  lineage: (v) => (isRecord(v) ? undefined : 'an object'),
};

/** Reads and checks the file. Throws `model/json`, naming the key, what was expected and what was found. */
export async function readModelJson(path: string): Promise<ModelJson> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new SamError('model/json', `model.json cannot be read: ${messageOf(error)}`, { file: path, cause: error });
  }
  return parseModelJson(text, path);
}

/** `file` is named in errors. Throws `model/json`. */
export function parseModelJson(text: string, file: string): ModelJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SamError('model/json', `model.json is not valid JSON: ${messageOf(error)}`, { file, cause: error });
  }
  if (!isRecord(value)) throw new SamError('model/json', `model.json expects an object, found ${shown(value)}.`, { file });
  const found = new Map(Object.entries(value));
  if (!found.has('schema')) throw new SamError('model/json', 'model.json lacks "schema": 1.', { file, path: 'schema' });
  for (const key of found.keys()) refuseMisspelt(key, file);
  for (const [key, check] of Object.entries(KEYS)) {
    const expected = found.has(key) ? check(found.get(key)) : undefined;
    if (expected !== undefined) throw new SamError('model/json', `"${key}" in model.json expects ${expected}, found ${shown(found.get(key))}.`, { file, path: key });
  }
  // every known key that is present was checked just now; others are harmless
  return value as unknown as ModelJson;
}

/** A key that is nearly one of ours would otherwise be ignored in silence. */
function refuseMisspelt(key: string, file: string): void {
  if (key in KEYS) return;
  const [near] = nearNames(key, Object.keys(KEYS));
  if (near !== undefined) throw new SamError('model/json', `model.json has a key "${key}"; did you mean "${near}"?`, { file, path: key });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListedFile(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { path, bytes, sha256 } = value;
  return typeof path === 'string' && path !== '' && Number.isSafeInteger(bytes) && Number(bytes) >= 0
    && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}

function textCheck(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty';
}

function sideCheck(value: unknown): string | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 8192 ? undefined : 'a whole number from 1 to 8192';
}

function choiceCheck(choices: readonly string[]): Check {
  return (value) => (typeof value === 'string' && choices.includes(value) ? undefined : `one of ${choices.join(', ')}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
