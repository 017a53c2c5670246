/** A model whose files have been found and hashed, and the one checksum that names it in run records. */
import { sha256Hex } from '../files/hash.js';
import type { ModelFiles } from './predictor.js';
import type { ModelJson } from './model-json.js';
import type { RegistryEntry } from './registry.js';

export interface ModelFile { path: string; bytes: number; sha256: string }

/** Paths are absolute, or relative to the working folder as the user's are. */
export interface LocatedModel {
  name: string;
  /** The folder that holds the files. */
  folder: string;
  encoder: string;
  decoder: string;
  json?: ModelJson;
  entry?: RegistryEntry;
  /** Everything that decides what the model answers: graphs, their side files, `model.json`. */
  files: ModelFile[];
  origin: 'embedded' | 'registry' | 'folder';
}

/** One SHA-256 for a model: over those of its files, whatever they are called and wherever they are. 64 hex digits. */
export function modelSha256(files: readonly Pick<ModelFile, 'sha256'>[]): string {
  return sha256Hex(files.map(({ sha256 }) => sha256).sort().join('\n'));
}

/** What a predictor opens of a model. */
export function modelFilesOf({ name, encoder, decoder, files, json }: LocatedModel): ModelFiles {
  return { name, encoder, decoder, sha256: modelSha256(files), encoderInput: json?.encoderInput, inputSide: json?.inputSide, maskSide: json?.maskSide };
}
