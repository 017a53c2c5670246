/**
 * What every format must pass. A format's test file calls `formatContract` once; the tests that follow write each case of `cases.ts`,
 * read it back, write it again, and damage what was written.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isSamError } from '../../src/errors.js';
import { strictReport } from '../../src/dataset/strict.js';
import type { DatasetSource, Finding } from '../../src/dataset/types.js';
import { convertDataset } from '../../src/formats/jobs/convert.js';
import { sourceOf, type Format, type Loss, type ReadOptions, type WriteOptions } from '../../src/formats/format.js';
import { FORMATS } from '../../src/formats/registry.js';
import { validateDataset } from '../../src/formats/validation/validate.js';
import { encodePngGrey } from '../../src/image/encode.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { CASES, type CaseName, type DatasetCase } from './cases.js';
import { layOut, memorySink, type MemorySink } from './memory-sink.js';
import { collected, kept, sortedEntries } from './same.js';

/** One input that is wrong in one way. */
export interface HostileInput {
  /** What is wrong, for the test's title. */
  name: string;
  /** By path below a folder; a format of one file uses its `fileName`. */
  files: Record<string, string | Uint8Array>;
  /** The rule that strict reading names, or the code of the SamError where there is no record to leave out (`data/json`, ...). */
  code: string;
  /** Annotations that lenient reading leaves; `refused` where nothing can be read. */
  leaves: number | 'refused';
  /** The text of an instances file that is read beside it. */
  withInstances?: string;
  options?: Partial<ReadOptions>;
}

export interface FormatContract {
  format: Format;
  /** The name of the output of a format that is one file, e.g. `annotations.json`. */
  fileName: string;
  /** What each case loses; a case that is not named loses nothing. */
  losses: Partial<Record<CaseName, readonly Loss[]>>;
  hostile: readonly HostileInput[];
  /** What comes back of a case that was not there, e.g. a score that the format cannot do without: not compared. */
  gains?: Partial<Record<CaseName, readonly Loss[]>>;
  /** True for a format that reads sizes from the images: they are made, and their folder is given to the reader and the writer. */
  needsImages?: boolean;
  write?: WriteOptions;
  /** More options of the reader, e.g. an instances file made in `folder`. */
  readOptions?: (folder: string, dataset: DatasetCase) => Promise<Partial<ReadOptions>>;
}

export const MAX_PIXELS = 1 << 24;
const NOTHING = { fix: false, lenient: false, allowLossy: false, force: false, dryRun: false };

/** Registers the tests of one format. */
export function formatContract(contract: FormatContract): void {
  const { format, losses } = contract;
  test(`${format.name}: is registered under its name`, (t) => {
    t.is(FORMATS.filter(({ name }) => name === format.name).length, 1);
    t.true(FORMATS.includes(format));
    t.true(format.reader !== undefined || format.writer !== undefined);
  });
  if (format.writer !== undefined) test(`${format.name}: says of itself what its losses say`, (t) => {
    t.is(format.writer?.hasSplits === true, losses.split?.includes('splits') !== true);
    t.is(format.keepsIds === true, !(losses.sparseIds ?? []).some((loss) => loss === 'ids' || loss === 'boxes'));
    t.is(format.writer?.extension !== undefined, format.writer?.output === 'file');
  });
  // every case's value is a DatasetCase, which Object.entries widens to their union
  for (const [name, dataset] of Object.entries(CASES) as [CaseName, DatasetCase][]) {
    if (format.writer !== undefined) test(`${format.name}: ${name}: written twice the same, losing ${losses[name]?.join(', ') ?? 'nothing'}`, (t) => writesAlike(t, contract, name, dataset));
    if (format.writer !== undefined && format.reader !== undefined) {
      test(`${format.name}: ${name}: comes back as it was written`, (t) => comesBack(t, contract, name, dataset));
    }
  }
  if (format.reader === undefined) return;
  for (const input of contract.hostile) {
    test(`${format.name}: refuses ${input.name}`, (t) => refuses(t, contract, input));
    test(`${format.name}: --lenient and ${input.name}`, (t) => leavesOut(t, contract, input));
    test(`${format.name}: validated and converted: ${input.name}`, (t) => isTold(t, contract, input));
  }
  if (format.writer === undefined) return;
  for (const name of ['maskWithHole', 'names', 'maskAndBox'] as const) test(`${format.name}: damaged ${name} gives findings or a SamError, never another`, (t) => survivesDamage(t, contract, name));
}

async function writesAlike(t: ExecutionContext, contract: FormatContract, name: CaseName, dataset: DatasetCase): Promise<void> {
  const { options } = await imagesFor(t, contract, dataset);
  const [first, second] = [await written(contract, dataset, options), await written(contract, dataset, options)];
  t.deepEqual([...first.losses.keys()].sort(), [...contract.losses[name] ?? []].sort(), `losses; first at ${JSON.stringify([...first.losses])}`);
  t.deepEqual([...first.files.keys()], [...second.files.keys()]);
  for (const [path, bytes] of first.files) t.true(second.files.get(path)?.equals(bytes), `${path} is written twice the same`);
  if (contract.format.writer?.output === 'file') t.deepEqual([...first.files.keys()], ['']);
}

async function comesBack(t: ExecutionContext, contract: FormatContract, name: CaseName, dataset: DatasetCase): Promise<void> {
  const { folder, options } = await imagesFor(t, contract, dataset);
  const sink = await written(contract, dataset, options);
  if (sink.files.size === 0) {
    t.is(dataset.entries.length, 0, 'only an empty dataset writes no file');
    return;
  }
  const path = await layOut(sink.files, join(folder, 'written'), contract.fileName);
  const findings: Finding[] = [];
  const source = await opened(contract, path, { ...options, ...(await contract.readOptions?.(folder, dataset)), report: strictReport((finding) => findings.push(finding)) });
  const lost = new Set([...sink.losses.keys(), ...contract.gains?.[name] ?? []]);
  const back = await collected(source);
  const inOrder = contract.format.writer?.output === 'folder' ? sortedEntries : (same: DatasetCase): DatasetCase => same;
  t.deepEqual(kept(inOrder(back), lost), kept(inOrder(dataset), lost));
  t.deepEqual(await collected(source), back, 'iterated twice the same');
  if (source.imageCount !== undefined) t.is(source.imageCount, back.entries.length);
  t.deepEqual(findings, [], 'what we write has nothing to find');
  const more = await contract.readOptions?.(folder, dataset);
  const report = await validateDataset({ ...NOTHING, input: path, from: contract.format.name, ...options, ...more, maxPixels: MAX_PIXELS, vocBase: 'one', maxListed: 10, decode: true });
  t.deepEqual(report.findings.filter(({ severity }) => severity !== 'info'), [], 'nor has validation');
  const again = memorySink();
  await contract.format.writer?.write(source, again, { ...contract.write, ...options });
  // a folder is read in the order of its names, and written in that order then
  const texts = ({ files }: MemorySink): [string, string][] => [...files].map(([at, bytes]): [string, string] => [at, bytes.toString('latin1')]).sort(([a], [b]) => (a < b ? -1 : 1));
  t.deepEqual(texts(again), texts(sink), 'read and written again, the same bytes');
  await source.close?.();
}

async function refuses(t: ExecutionContext, contract: FormatContract, input: HostileInput): Promise<void> {
  const { path, options } = await hostilePath(t, contract, input);
  const error = await t.throwsAsync(async () => collected(await opened(contract, path, { ...options, report: strictReport() })));
  if (!isSamError(error)) return t.fail(`a SamError was expected, not ${String(error?.stack)}`);
  t.is(error.kind, 'data', error.message);
  if (error.code === 'data/record') t.true(error.message.endsWith(`Rule ${input.code}.`), `${input.code} expected: ${error.message}`);
  else t.true(String(error.code) === input.code, `${input.code} expected: ${error.code}: ${error.message}`);
  t.not(error.file, undefined, 'the error names its file');
}

async function leavesOut(t: ExecutionContext, contract: FormatContract, input: HostileInput): Promise<void> {
  const { path, options } = await hostilePath(t, contract, input);
  const findings: Finding[] = [];
  const read = async (): Promise<DatasetCase> => collected(await opened(contract, path, { ...options, report: (finding) => findings.push(finding) }));
  if (input.leaves === 'refused') {
    const error = await t.throwsAsync(read);
    t.true(isSamError(error), String(error?.stack));
    return;
  }
  const { entries } = await read();
  t.is(entries.reduce((sum, { annotations }) => sum + annotations.length, 0), input.leaves);
  t.true(findings.some(({ code }) => code === input.code), `${input.code} among ${JSON.stringify(findings)}`);
}

/** Validation names the rule and the file and never throws; conversion refuses, and no file is there but those that were. */
async function isTold(t: ExecutionContext, contract: FormatContract, input: HostileInput): Promise<void> {
  const { path, options: { images, instances, vocBase, maxPixels = MAX_PIXELS } } = await hostilePath(t, contract, input);
  const request = { input: path, from: contract.format.name, images, instances, maxPixels };
  const root = input.withInstances === undefined ? path : dirname(path);
  const before = await readdir(dirname(root), { recursive: true });
  const report = await validateDataset({ ...request, ...NOTHING, vocBase: vocBase ?? 'one', maxListed: 10, decode: true });
  const rule = report.findings.find(({ code }) => code === input.code);
  t.is(rule?.severity, 'error', `${input.code} among ${JSON.stringify(report.findings)}`);
  t.is(report.unreadable, input.leaves === 'refused');
  for (const { file } of rule?.shown ?? []) t.true(file?.startsWith(dirname(root)), `${file} is a path below the input`);
  const convert = convertDataset({ ...request, ...NOTHING, vocBase: vocBase ?? 'one', holes: 'error', to: 'coco', output: join(dirname(root), 'out', 'out.json') });
  const error = await t.throwsAsync(convert);
  t.true(isSamError(error) && error.kind === 'data', error?.stack);
  t.deepEqual(await readdir(dirname(root), { recursive: true }), before, 'nothing was written');
}

/** Cuts and changes what was written in many places; a seeded walk, the same at every run. */
async function survivesDamage(t: ExecutionContext, contract: FormatContract, name: CaseName): Promise<void> {
  const dataset: DatasetCase = CASES[name];
  const { folder, options } = await imagesFor(t, contract, dataset);
  const { files } = await written(contract, dataset, options);
  let tried = 0;
  for (const [at, bytes] of files) {
    for (let step = 0; step < 24; step++) {
      const place = Math.floor((bytes.length * step) / 24);
      const changed = Buffer.from(bytes);
      if (step % 2 === 1) changed[place] = '\0"x9-{[,]\xff<'.charCodeAt((step * 7) % 11);
      const damaged = new Map<string, Uint8Array>([...files, [at, step % 2 === 0 ? bytes.subarray(0, place) : changed]]);
      const path = await layOut(damaged, join(folder, 'damaged'), contract.fileName);
      try {
        const more = await contract.readOptions?.(folder, dataset);
        await collected(await opened(contract, path, { ...options, ...more, report: () => undefined }));
      } catch (error) {
        t.true(isSamError(error) && error.kind !== 'internal', `${at} step ${step}: ${error instanceof Error ? error.stack : String(error)}`);
      }
      tried++;
    }
  }
  t.true(tried > 0);
}

async function written({ format, write }: FormatContract, dataset: DatasetCase, options: WriteOptions): Promise<MemorySink> {
  const sink = memorySink();
  await format.writer?.write(sourceOf(dataset.categories, dataset.entries), sink, { ...write, ...options });
  return sink;
}

async function opened({ format }: FormatContract, path: string, options: Partial<ReadOptions> & Pick<ReadOptions, 'report'>): Promise<DatasetSource> {
  if (format.reader === undefined) throw new Error(`${format.name} has no reader`);
  return await format.reader.read(path, { maxPixels: MAX_PIXELS, ...options });
}

async function hostilePath(t: ExecutionContext, contract: FormatContract, { files, options, withInstances }: HostileInput): Promise<{ path: string; options: Partial<ReadOptions> }> {
  const folder = await temporaryFolder(t);
  const bytes = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const));
  const at = await layOut(bytes, join(folder, 'hostile'), contract.fileName);
  const path = bytes.size === 1 && bytes.has(contract.fileName) ? join(at, contract.fileName) : at;
  if (withInstances === undefined) return { path, options: { ...options } };
  const instances = join(folder, 'instances.json');
  await writeFile(instances, withInstances);
  return { path, options: { ...options, instances } };
}

async function imagesFor(t: ExecutionContext, { needsImages }: FormatContract, dataset: DatasetCase): Promise<{ folder: string; options: { images?: string } }> {
  const folder = await temporaryFolder(t);
  if (needsImages !== true) return { folder, options: {} };
  const images = join(folder, 'images');
  await mkdir(images);
  for (const [i, { image: { fileName, width, height } }] of dataset.entries.entries()) {
    const path = join(images, fileName);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await encodePngGrey(new Uint8Array(width * height).fill(i), width, height));
  }
  return { folder, options: { images } };
}
