/** A model in a folder of the user's: which of its files are the encoder and the decoder, what belongs to them, and whether they are what `model.json` says. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { SamError, isSamError, messageOf, printableName } from '../errors.js';
import { sha256File } from '../files/hash.js';
import { insideRoot } from '../files/safe-path.js';
import type { LocatedModel, ModelFile } from './located-model.js';
import { readModelJson, type ListedFile, type ModelJson } from './model-json.js';
import { readOnnxGraph } from './onnx-graph.js';
import { assertSafeSideFiles } from './side-files.js';

const PAIRS = [
  ['encoder.onnx', 'decoder.onnx'],
  ['vision_encoder.onnx', 'prompt_encoder_mask_decoder.onnx'],
  ['onnx/encoder.onnx', 'onnx/decoder.onnx'],
  ['onnx/vision_encoder.onnx', 'onnx/prompt_encoder_mask_decoder.onnx'],
] as const;

/** The model in `folder`. Throws `model/missing`, `model/checksum`, `model/format`, `model/json`, `model/unsafe`. */
export async function locateFolder(folder: string): Promise<Omit<LocatedModel, 'origin'>> {
  const manifest = join(folder, 'model.json');
  const json = (await exists(manifest)) ? await readModelJson(manifest) : undefined;
  const { encoder, decoder } = await graphsOf(folder, json);
  const files = [await hashed(encoder), await hashed(decoder)];
  // before the graphs are read: a damaged one is told by its checksum
  const listed = json?.files === undefined ? undefined : await verifyListed(folder, json.files, files);
  for (const path of [...sideFilesOf(encoder), ...sideFilesOf(decoder)]) {
    if (!files.some((file) => resolve(file.path) === resolve(path))) files.push(await hashed(path));
  }
  if (json !== undefined) {
    if (listed !== undefined) assertAllListed(folder, listed, files);
    files.push(await hashed(manifest));
  }
  return { name: json?.name ?? basename(resolve(folder)), folder, encoder, decoder, files, ...(json === undefined ? {} : { json }) };
}

/** The files beside a graph that it takes weights from. */
function sideFilesOf(path: string): string[] {
  const graph = readOnnxGraph(path);
  assertSafeSideFiles(dirname(path), graph);
  return graph.externalFiles.map((name) => join(dirname(path), name));
}

async function graphsOf(folder: string, json: ModelJson | undefined): Promise<{ encoder: string; decoder: string }> {
  const usual = await usualPair(folder);
  const encoder = json?.encoder === undefined ? usual?.encoder : await inside(folder, json.encoder, 'encoder');
  const decoder = json?.decoder === undefined ? usual?.decoder : await inside(folder, json.decoder, 'decoder');
  if (encoder === undefined || decoder === undefined) throw await nothingFound(folder);
  return { encoder, decoder };
}

async function usualPair(folder: string): Promise<{ encoder: string; decoder: string } | undefined> {
  for (const pair of PAIRS) {
    const [encoder, decoder] = [join(folder, pair[0]), join(folder, pair[1])];
    if ((await exists(encoder)) && (await exists(decoder))) return { encoder, decoder };
  }
  return undefined;
}

async function nothingFound(folder: string): Promise<SamError> {
  const names = [];
  for (const sub of ['', 'onnx']) {
    for (const name of await readdir(join(folder, sub)).catch(() => [])) if (/\.onnx|^model\.json$/.test(name)) names.push(join(sub, name));
  }
  const found = names.length === 0 ? 'it holds no .onnx file' : `found ${names.sort().slice(0, 10).map(printableName).join(', ')}`;
  return new SamError('model/missing', `${printableName(folder)} is no model: expected encoder.onnx and decoder.onnx, or vision_encoder.onnx and `
    + `prompt_encoder_mask_decoder.onnx, or a model.json that names them; ${found}.`, { file: folder });
}

/** A path of `model.json`, which must not lead out of the folder. */
async function inside(folder: string, name: string, key: string): Promise<string> {
  try {
    return await insideRoot(folder, name, join(folder, 'model.json'), key);
  } catch (error) {
    if (!isSamError(error, 'data/unsafe-path')) throw error;
    throw new SamError('model/unsafe', `model.json may name files of its own folder only. ${error.message}`, { file: join(folder, 'model.json'), path: key, cause: error });
  }
}

/** Every listed file has its size and checksum; the resolved paths of the listed. */
async function verifyListed(folder: string, listed: readonly ListedFile[], graphs: readonly ModelFile[]): Promise<Set<string>> {
  const paths = new Set<string>();
  for (const [i, { path: name, bytes, sha256 }] of listed.entries()) {
    const path = await inside(folder, name, `files[${i}].path`);
    const found = graphs.find((file) => resolve(file.path) === resolve(path)) ?? (await hashed(path));
    if (found.bytes !== bytes || found.sha256 !== sha256) {
      throw new SamError('model/checksum', `${printableName(name)} is not the file that model.json lists: expected ${bytes} bytes with sha256 ${sha256}, `
        + `found ${found.bytes} with ${found.sha256}.`, { file: path });
    }
    paths.add(resolve(path));
  }
  return paths;
}

/** A list of checksums that leaves out a file which is used protects nothing. */
function assertAllListed(folder: string, listed: ReadonlySet<string>, used: readonly ModelFile[]): void {
  const unlisted = used.find((file) => !listed.has(resolve(file.path)));
  if (unlisted === undefined) return;
  throw new SamError('model/json', `model.json lists files, but not ${printableName(relative(folder, unlisted.path))}, which the model uses.`,
    { file: join(folder, 'model.json'), path: 'files' });
}

async function hashed(path: string): Promise<ModelFile> {
  try {
    // a pipe in its place would be read for ever
    if (!(await stat(path)).isFile()) throw new SamError('model/missing', `${printableName(path)} is not a regular file.`, { file: path });
    return { path, ...(await sha256File(path)) };
  } catch (error) {
    if (error instanceof SamError) throw error;
    throw new SamError('model/missing', `The model file ${printableName(basename(path))} of ${printableName(dirname(path))} cannot be read: ${messageOf(error)}`, { file: path, cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
