/**
 * An embedding as bytes of a file: a magic, a JSON header, the numbers. The header says whose it is and what the numbers hash to, so that a file that is damaged, or of another
 * image or model, is never used.
 */
import { sha256Hex } from '../files/hash.js';

/** `data`: little-endian numbers of `type`, row-major, `shape` 1,C,h,w. `input`: the image's width and height inside the model's square, pixels. */
export interface StoredEmbedding { type: 'float32' | 'float16'; shape: number[]; input: [number, number]; data: Uint8Array }

/** SHA-256 (hex) of the image's bytes and of the model. */
export interface EmbeddingKey { image: string; model: string }

const MAGIC = 'SAMEMB1\n';
/** Where the header begins: after the magic and its length, a 32-bit number. */
const HEADER_AT = 12;
const MAX_HEADER = 4096;

export function embeddingFileName({ image, model }: EmbeddingKey): string {
  return `${image}-${model.slice(0, 16)}.emb`;
}

export function embeddingToBytes({ data, ...rest }: StoredEmbedding, key: EmbeddingKey): Uint8Array {
  const header = Buffer.from(JSON.stringify({ ...key, ...rest, sha256: sha256Hex(data) }));
  const start = Buffer.alloc(HEADER_AT);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(header.length, MAGIC.length);
  return Buffer.concat([start, header, data]);
}

/** Undefined for bytes that are no whole embedding of that image by that model. */
export function embeddingFromBytes(bytes: Uint8Array, key: EmbeddingKey): StoredEmbedding | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < HEADER_AT || file.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const length = file.readUInt32LE(MAGIC.length);
  if (length > MAX_HEADER || HEADER_AT + length > file.length) return undefined;
  const header = headerOf(file.toString('utf8', HEADER_AT, HEADER_AT + length));
  if (header === undefined || header.image !== key.image || header.model !== key.model) return undefined;
  const { type, shape, input, sha256 } = header, data = file.subarray(HEADER_AT + length);
  const count = shape.reduce((product, side) => product * side, 1);
  return data.length === count * (type === 'float32' ? 4 : 2) && sha256Hex(data) === sha256 ? { type, shape, input, data } : undefined;
}

interface Header extends EmbeddingKey { type: StoredEmbedding['type']; shape: number[]; input: [number, number]; sha256: string }

function headerOf(text: string): Header | undefined {
  try {
    const header = JSON.parse(text) as Partial<Header> | null; // keys that are checked right here
    const isSides = (value: unknown, length: number): boolean => Array.isArray(value) && value.length === length && value.every((side) => Number.isSafeInteger(side) && side > 0);
    const isWhole = (header?.type === 'float32' || header?.type === 'float16') && isSides(header.shape, 4) && isSides(header.input, 2);
    return isWhole ? header as Header : undefined;
  } catch {
    return undefined;
  }
}
