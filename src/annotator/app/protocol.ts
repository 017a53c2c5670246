/** What the page and its worker say to each other: the worker holds the decoder and the embeddings. */
import type { ProjectView } from '../api.js';
import type { Prompted } from './draft.js';

/** `counts`: run lengths of the mask for the image's size, transferred. Scores 0..1. */
export interface WireCandidate { counts: Uint32Array; predictedIou: number; stabilityScore: number }

/** `key`: another one for another mask. */
export interface WireMask { key: string; counts: Uint32Array }

/** `model`: opens the decoder. `embed`: fetches an image's embedding, or has it already. `decode`: prompts of one mask; `base`: the mask that they correct. */
export type WorkerRequest = { id: number } & (
  | { kind: 'model'; model: ProjectView['model'] }
  | { kind: 'embed'; image: number; width: number; height: number }
  | { kind: 'decode'; image: number; width: number; height: number; prompts: Prompted[]; base?: WireMask | undefined }
);

export type WorkerAnswer =
  | { id: number; kind: 'done' }
  | { id: number; kind: 'waiting'; waiting: number }
  | { id: number; kind: 'masks'; candidates: WireCandidate[]; choice: number }
  | { id: number; kind: 'failed'; message: string };
