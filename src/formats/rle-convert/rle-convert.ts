/** Masks from one form to another, or checked: run lengths, polygons, pictures, in files that otherwise stay as they are. */
import { strictReport } from '../../dataset/strict.js';
import type { Report } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { Spool } from '../../files/spool.js';
import type { OptionTable, OptionsOf } from '../../options.js';
import { GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS } from '../jobs/convert-options.js';
import { FindingsKept, type RuleCount } from '../jobs/findings-kept.js';
import { JsonFile } from '../json/json-file.js';
import { describeDocument } from './rle-convert-document.js';
import { openMaskInput, type MaskInput } from './rle-convert-input.js';
import { convertJson, type JsonTarget } from './rle-convert-json.js';
import { pictureList, pictureMasks } from './rle-convert-pictures.js';
import { groupsOfJson, groupsOfPictures, writeMaskPngs } from './rle-convert-png.js';
import { RLE_TARGETS, type RleTarget, type ValueOptions } from './rle-convert-value.js';
import { StagedOutput, type LossCount } from '../jobs/staged-output.js';

export { RLE_TARGETS, type RleTarget };

export const RLE_CONVERT_OPTIONS = {
  check: { kind: 'switch', default: false, summary: 'List every malformed mask and write nothing; exit 4 if there is one.' },
  labelMap: { kind: 'switch', default: false, summary: 'With --to png: one label image an image, 1, 2, ... in the order of the masks, instead of a file a mask.' },
  lenient: { ...READ_OPTIONS.lenient, summary: 'Repair what can be repaired, tell it, and leave the rest as it is.' },
  holes: { ...GEOMETRY_OPTIONS.holes, summary: 'With --to polygon, what becomes of holes: joined to the outline by a bridge of no width, filled, or an error.' },
  maxPixels: READ_OPTIONS.maxPixels,
  force: OUTPUT_OPTIONS.force,
  dryRun: { ...OUTPUT_OPTIONS.dryRun, summary: 'Read and convert everything, write nothing.' },
} as const satisfies OptionTable;

export interface RleConvertRequest extends OptionsOf<typeof RLE_CONVERT_OPTIONS> {
  /** A file or folder, or `-` for `stdin`. */
  input: string;
  stdin: NodeJS.ReadableStream;
  /** May be missing with `check` only. */
  to?: RleTarget | undefined;
  /** A file, for PNGs a folder. */
  output?: string | undefined;
  /** Takes the result where there is no `output`. */
  write(piece: Uint8Array | string): Promise<void>;
  stop?: AbortSignal | undefined;
}

export interface RleConvertReport {
  /** Masks read, and values that are new in the output. */
  masks: number;
  changed: number;
  findings: RuleCount[];
  errors: number;
  losses: LossCount[];
  result: 'checked' | 'printed' | 'written' | 'would-be-written' | 'same';
}

/** Malformed masks that are told one by one. */
const LISTED = 10_000;

/**
 * Converts or checks the masks of an input. Throws `usage/...`, `data/record` for a malformed mask unless `lenient` or `check`, `data/...`
 * for what cannot be read, `storage/...`.
 */
export async function convertRle(request: RleConvertRequest): Promise<RleConvertReport> {
  checkRequest(request);
  const findings = new FindingsKept(LISTED);
  const add: Report = (finding) => { findings.add(finding); };
  const report = request.check || request.lenient ? add : strictReport(add);
  const input = await openMaskInput(request.input, request.stdin);
  try {
    const work = { input, request, report, counts: { masks: 0, changed: 0 } };
    const { result, losses } = request.check ? await checkAll(work) : request.to === 'png' ? await toPngs(work) : await toJson(work, request.to ?? 'rle');
    return { ...work.counts, findings: findings.byRule, errors: findings.count('error'), losses, result };
  } finally {
    await input.close();
  }
}

function checkRequest({ to, check, output, labelMap }: RleConvertRequest): void {
  const fail = (message: string): never => { throw new SamError('usage/option', message); };
  if (to === undefined && !check) fail(`--to says what the masks become (${RLE_TARGETS.join(', ')}); --check only looks at them.`);
  if (labelMap && to !== 'png') fail('--label-map goes with --to png.');
  if (to === 'png' && !check && output === undefined) fail('--to png needs --output, a folder.');
}

interface Work { input: MaskInput; request: RleConvertRequest; report: Report; counts: { masks: number; changed: number } }
type Outcome = Pick<RleConvertReport, 'result' | 'losses'>;

function optionsOf({ maxPixels, lenient, holes, check }: RleConvertRequest, metaBoxes: boolean): ValueOptions {
  return { maxPixels, lenient: lenient && !check, holes, metaBoxes };
}

/** Opens the file for `act` and closes it. */
async function withFile<T>({ path, name }: Extract<MaskInput, { kind: 'json' }>, act: (file: JsonFile) => Promise<T>): Promise<T> {
  const file = JsonFile.open(path, name);
  try {
    return await act(file);
  } finally {
    file.close();
  }
}

async function checkAll({ input, request, report, counts }: Work): Promise<Outcome> {
  if (input.kind === 'pictures') {
    for await (const _ of pictureMasks(input.files, request.maxPixels, report)) counts.masks++;
  } else {
    await withFile(input, async (file) => {
      const document = describeDocument(file);
      for await (const _ of convertJson({ file, document, to: undefined, options: optionsOf(request, false), report, counts, stop: request.stop })) checkStop(request);
    });
  }
  return { result: 'checked', losses: [] };
}

async function toJson(work: Work, to: JsonTarget): Promise<Outcome> {
  const { input, request, report, counts } = work;
  if (input.kind === 'pictures') {
    return await deliver(work, pictureList(pictureMasks(input.files, request.maxPixels, report), to, optionsOf(request, false), report, counts));
  }
  return await withFile(input, async (file) => {
    const document = describeDocument(file);
    const options = optionsOf(request, document.kind === 'records' && document.metaBoxes);
    return await deliver(work, convertJson({ file, document, to, options, report, counts, stop: request.stop }));
  });
}

/** To the output file, staged, or to whoever takes it: once all is converted, because an error must not leave a part of it there. */
async function deliver({ request }: Work, pieces: AsyncIterable<Uint8Array | string>): Promise<Outcome> {
  const { output, dryRun } = request;
  if (output !== undefined) return await staged(request, 'file', (sink) => sink.put('', pieces));
  const spool = new Spool();
  try {
    for await (const piece of pieces) {
      checkStop(request);
      if (!dryRun) await spool.append(piece);
    }
    for await (const piece of spool.chunks()) await request.write(piece);
  } finally {
    await spool.close();
  }
  return { result: dryRun ? 'would-be-written' : 'printed', losses: [] };
}

async function toPngs({ input, request, report, counts }: Work): Promise<Outcome> {
  return await staged(request, 'folder', async (sink) => {
    if (input.kind === 'pictures') return await writeMaskPngs(groupsOfPictures(pictureMasks(input.files, request.maxPixels, report)), request.labelMap, sink, counts);
    const { name } = input;
    await withFile(input, async (file) => {
      await writeMaskPngs(groupsOfJson(file, describeDocument(file), name, optionsOf(request, false), report), request.labelMap, sink, counts);
    });
  });
}

async function staged({ input, output = '', force, dryRun, stop }: RleConvertRequest, kind: 'file' | 'folder', write: (sink: StagedOutput) => Promise<void>): Promise<Outcome> {
  const sink = await StagedOutput.open(output, { kind, force, dryRun, inputs: input === '-' ? [] : [input], stop });
  try {
    await write(sink);
    const changes = await sink.commit();
    return { result: changes ? (dryRun ? 'would-be-written' : 'written') : 'same', losses: sink.losses };
  } finally {
    await sink.discard();
  }
}

function checkStop({ stop }: RleConvertRequest): void {
  if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted.');
}
