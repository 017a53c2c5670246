/** The masks in a `.npy` file, one at a time: `height x width`, or `n x height x width`, of any plain type that has two values. */
import { SamError } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import type { Rle } from '../../mask/rle.js';
import { maskOfSamples, type Samples } from '../binary-mask.js';
import { openFile, type OpenFile } from '../file-bytes.js';
import { checkNpySize, npyItems } from './npy-array.js';
import { NPY_HEAD_BYTES, NPY_TYPES, parseNpyHeader, type NpyHeader } from './npy-header.js';

/** Fortran's order of three axes scatters a mask over the whole file, which is then read at once: no more bytes than this. */
const MAX_SCATTERED_BYTES = 2 ** 30;

export interface NpyPlanes extends ImageSize {
  count: number;
  /** The mask of plane `i`, or in words why it is none. */
  mask(i: number): Promise<Rle | string>;
  close(): Promise<void>;
}

/** Throws `data/format` for a file that is no array of masks of at most `maxPixels` each, `data/unreadable`. */
export async function openNpyPlanes(path: string, maxPixels: number, name: string): Promise<NpyPlanes> {
  const file = await openFile(path, name);
  try {
    const header = parseNpyHeader(await file.read(0, NPY_HEAD_BYTES), name);
    checkNpySize(header, file.size, Number.MAX_SAFE_INTEGER, name);
    const { count, width, height } = planesOf(header, maxPixels, name);
    const plane = await planeReader(file, header, { count, width, height }, name);
    return {
      count, width, height,
      mask: async (i) => maskOfSamples(await plane(i)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Planes extends ImageSize { count: number }

/** Axes of length 1 before the last two count for nothing: SAM's own tools give n x 1 x height x width. */
function planesOf({ shape }: NpyHeader, maxPixels: number, name: string): Planes {
  const [height = 0, width = 0] = shape.slice(-2);
  const leading = shape.slice(0, -2);
  const outer = leading.length === 1 ? leading : leading.filter((axis) => axis !== 1);
  const text = `(${shape.join(', ')})`;
  if (shape.length < 2 || outer.length > 1) throw new SamError('data/format', `Expected an array of masks, h x w or n x h x w, found the shape ${text}.`, { file: name });
  if (width === 0 || height === 0) throw new SamError('data/format', `Masks of the shape ${text} have no pixels.`, { file: name });
  if (width * height > maxPixels) throw new SamError('data/format', `A mask of the shape ${text} has ${width * height} pixels, more than --max-pixels ${maxPixels}.`, { file: name });
  return { count: outer[0] ?? 1, width, height };
}

/** Reads the samples of one plane: row-major, or column-major in Fortran's order. */
async function planeReader(file: OpenFile, header: NpyHeader, size: Planes, name: string): Promise<(i: number) => Promise<Samples>> {
  const { count, width, height } = size;
  const bytes = width * height * NPY_TYPES[header.type], columns = header.fortranOrder;
  if (!columns || count === 1) return async (i) => ({ data: npyItems(header, await file.read(header.offset + i * bytes, bytes)), width, height, columns });
  if (bytes * count > MAX_SCATTERED_BYTES) throw new SamError('data/format', `${bytes * count} bytes in Fortran order are too many to be read at once; save numpy.ascontiguousarray(masks).`, { file: name });
  const data = npyItems(header, await file.read(header.offset, bytes * count));
  return async (i) => ({ data, width, height, columns, first: i, step: count });
}
