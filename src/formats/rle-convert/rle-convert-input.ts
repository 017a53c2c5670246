/** The input of a mask conversion: a file, a folder, or stdin, which is put in a file of its own so that it can be read like any. */
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { SamError } from '../../errors.js';
import { storing } from '../../files/storage-error.js';
import { walk } from '../../files/walk.js';
import { PNG_SIGNATURE } from '../png/index-png.js';
import { readError } from '../json/json-document.js';

/** `files`: of pictures, relative to `path`; `name`: what findings call the input. */
export type MaskInput = { kind: 'json'; path: string; name: string } | { kind: 'pictures'; name: string; files: PictureFile[] };
export interface PictureFile { path: string; name: string; kind: 'png' | 'npy' }

const NPY_SIGNATURE = '\x93NUMPY';

/** Looks at what `input` (`-`: stdin) is. `close` removes what was put aside. Throws `usage/input-missing`, `usage/no-images`, `data/unreadable`. */
export async function openMaskInput(input: string, stdin: NodeJS.ReadableStream): Promise<MaskInput & { close(): Promise<void> }> {
  if (input !== '-') return { ...(await lookAt(input, input, basename(input))), close: async () => undefined };
  const folder = await storing(tmpdir(), mkdtemp(join(tmpdir(), 'sam-stdin-')));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'stdin');
    await storing(path, pipeline(stdin, createWriteStream(path)));
    return { ...(await lookAt(path, 'stdin', 'stdin')), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function lookAt(path: string, name: string, base: string): Promise<MaskInput> {
  const found = await stat(path).catch((error: unknown) => { throw readError(error, name); });
  if (found.isDirectory()) return { kind: 'pictures', name, files: await picturesIn(path) };
  if (!found.isFile()) throw new SamError('data/unreadable', 'Neither a regular file nor a folder.', { file: name });
  const head = await headOf(path, name);
  if (head.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return { kind: 'pictures', name, files: [{ path, name: base, kind: 'png' }] };
  if (head.toString('latin1').startsWith(NPY_SIGNATURE)) return { kind: 'pictures', name, files: [{ path, name: base, kind: 'npy' }] };
  return { kind: 'json', path, name };
}

async function headOf(path: string, name: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readError(error, name);
  }
}

async function picturesIn(folder: string): Promise<PictureFile[]> {
  const files: PictureFile[] = [];
  for await (const { path, name, problem } of walk(folder)) {
    const kind = /\.png$/i.test(name) ? 'png' : /\.npy$/i.test(name) ? 'npy' : undefined;
    if (problem === undefined && kind !== undefined) files.push({ path, name, kind });
  }
  if (files.length > 0) return files;
  const first = (await readdir(folder))[0];
  throw new SamError('usage/no-images', `There is no PNG or .npy file in the folder${first === undefined ? ', which is empty' : ''}.`, { file: folder });
}
