/** What crosses between the session's owner and the thread that runs the graphs. */
import type { PlainError } from '../errors.js';

/** Plain tensor: typed array and shape; never the runtime's own type. */
export type TensorData = Float32Array | BigInt64Array | Uint8Array;
export interface PlainTensor { data: TensorData; shape: number[] }

/** A feed: a tensor, or the number of one that the thread keeps (an image embedding, used by many runs). */
export type Feed = PlainTensor | { kept: number };

export interface OpenRequest { kind: 'open'; id: number; session: string; model: string | Uint8Array; threads: number }
export interface RunRequest { kind: 'run'; id: number; session: string; feeds: Record<string, Feed>; outputs: string[] }
export interface KeepRequest { kind: 'keep'; id: number; number: number; tensor: PlainTensor }
export interface ForgetRequest { kind: 'forget'; id: number; number: number }
export interface ReleaseRequest { kind: 'release'; id: number; session: string }
export type SessionRequest = OpenRequest | RunRequest | KeepRequest | ForgetRequest | ReleaseRequest;

export type SessionAnswer =
  | { id: number; outputs: Record<string, PlainTensor> }
  | { id: number; inputs: string[]; outputNames: string[] }
  | { id: number }
  | { id: number; error: PlainError };
