/** Low-res logits between two calls of `predict`: read from and written to `.npy` files, checked against the model. */
import { SamError } from '../errors.js';
import { isThere, readWhole } from '../formats/file-bytes.js';
import { decodeNpy, encodeNpyFloats } from '../formats/npy/npy-array.js';
import type { ModelSpec } from '../models/contract.js';

const MAX_ITEMS = 2 ** 26;
/** The largest header that NumPy writes without asking, and the items. */
const MAX_BYTES = 4 * MAX_ITEMS + 2 ** 16;

/**
 * `Float32Array` of maskSide x maskSide from a file of shape (1, h, w); of shape (C, h, w) the mask `index`. Throws `usage/input-missing`,
 * `usage/option` where one of several is to be chosen, `data/...` for what is no such array, `model/unfit` for that of another model.
 */
export async function readLogits(path: string, index: number | undefined, spec: Pick<ModelSpec, 'maskSide'>): Promise<Float32Array> {
  if (!await isThere(path)) throw new SamError('usage/input-missing', 'There is no such file.', { file: path });
  const { type, shape, fortranOrder, data } = decodeNpy(await readWhole(path, MAX_BYTES), MAX_ITEMS, path);
  if (!(data instanceof Float32Array)) throw new SamError('data/format', `Logits are of type float32, this array is of ${type}.`, { file: path });
  const [count, height, width] = shape;
  if (shape.length !== 3 || count === undefined || count < 1) throw new SamError('data/format', `Logits have the shape (masks, height, width), this array has (${shape.join(', ')}).`, { file: path });
  if (fortranOrder) throw new SamError('data/format', 'The array is in Fortran order; numpy.ascontiguousarray puts it right.', { file: path });
  const { maskSide } = spec;
  if (height !== maskSide || width !== maskSide) {
    throw new SamError('model/unfit', `The logits are ${height} x ${width}, those of this model are ${maskSide} x ${maskSide}: they are of another model.`, { file: path });
  }
  const logits = data.subarray(chosen(path, count, index) * maskSide ** 2).slice(0, maskSide ** 2);
  const wrong = logits.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new SamError('data/format', `Logits are finite numbers, found ${logits[wrong]} in row ${Math.floor(wrong / maskSide)}, column ${wrong % maskSide}.`, { file: path });
  return logits;
}

function chosen(path: string, count: number, index: number | undefined): number {
  if (index === undefined && count > 1) throw new SamError('usage/option', `The file holds the logits of ${count} masks; --mask-index says which (0 to ${count - 1}).`, { file: path });
  if (index !== undefined && index >= count) throw new SamError('usage/option', `--mask-index ${index}: the file holds ${count === 1 ? 'one mask' : `${count} masks`}, counted from 0.`, { file: path });
  return index ?? 0;
}

/** A `.npy` file of shape (C, maskSide, maskSide). */
export function logitsFile(logits: readonly Float32Array[], { maskSide }: Pick<ModelSpec, 'maskSide'>): Uint8Array {
  const all = new Float32Array(logits.length * maskSide ** 2);
  logits.forEach((plane, i) => { all.set(plane, i * maskSide ** 2); });
  return encodeNpyFloats(all, [logits.length, maskSide, maskSide]);
}
