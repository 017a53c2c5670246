/** `predict` on one image: its prompts to masks, written to one file or, for several, to a folder; what the command does, for programs. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SamError } from '../errors.js';
import { StagedOutput, type OutputSettings } from '../formats/jobs/staged-output.js';
import { readImage, type DecodedImage } from '../image/decode.js';
import { IMAGE_OPTIONS } from '../image/options.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelFilesOf } from '../models/located-model.js';
import { Predictor } from '../models/predictor.js';
import { resolveOptions, type SomeOf } from '../options.js';
import { planSessions } from './defaults.js';
import { checkPrompt } from './predict-check.js';
import { logitsFile, readLogits } from './predict-logits.js';
import { masksOfPrediction, predictionsOf, type PromptMask } from './predict-masks.js';
import { needsOf, refuseUnfit } from './predict-needs.js';
import { PREDICT_OPTIONS, type NumberedPrompt, type PredictOptionValues, type PromptRequest } from './predict-options.js';
import { encodeMasks } from './predict-outputs.js';

export interface PredictImageRequest {
  image: string;
  /** In the order in which masks are named. */
  prompts: readonly PromptRequest[];
  output: string;
  /** A `.npy` file of earlier logits for the only prompt, and which of its masks. */
  maskInput?: string | undefined;
  maskIndex?: number | undefined;
  /** A `.npy` file to write: the logits of the only prompt's masks, float32, C x h x w. */
  saveLogits?: string | undefined;
  model?: string | undefined;
  env: Environment;
  options?: SomeOf<typeof PREDICT_OPTIONS>;
  imageOptions?: SomeOf<typeof IMAGE_OPTIONS>;
  /** Aborting gives up, leaving nothing behind (`interrupted/signal`). */
  stop?: AbortSignal | undefined;
}

export interface PredictImageReport {
  prompts: number;
  /** Without their logits, in the order of the prompts. */
  masks: { prompt: number; mask: number; predictedIou: number }[];
  /** What was written, or would be. */
  outputs: string[];
  warnings: string[];
  /** `same`: everything was there already, byte for byte. */
  result: 'written' | 'would-be-written' | 'same';
}

/** What the prompts of one image came to. */
interface Predicted { masks: PromptMask[]; logits: Uint8Array | undefined }

/**
 * Predicts and writes. Throws `usage/...` for prompts, flags and outputs in the way, `image/...`, `model/...`, `data/...` for
 * earlier logits that are none, `storage/...`; then nothing was written.
 */
export async function predictImage(request: PredictImageRequest): Promise<PredictImageReport> {
  const options = resolveOptions(PREDICT_OPTIONS, request.options ?? {});
  const { maxPixels, lenient } = resolveOptions(IMAGE_OPTIONS, request.imageOptions ?? {});
  if (request.output === '') throw new SamError('usage/option', '--output expects a file or folder, got "".');
  refuseManyPrompts(request);
  await stat(request.image).catch((error: unknown) => {
    throw new SamError('usage/input-missing', 'There is no such image.', { file: request.image, cause: error });
  });
  const fileName = basename(request.image);
  const image = await readImage(request.image, { name: fileName, maxPixels, lenient });
  const prompts = numbered(request.prompts, image, options);
  const { masks, logits } = await predictWith(request, options, image, prompts);
  const outputs = [request.output, ...(logits === undefined ? [] : [request.saveLogits!])];
  const written = await write(request, options, fileName, image, masks, logits);
  return {
    prompts: prompts.length, masks: masks.map(({ prompt, mask, predictedIou }) => ({ prompt: prompt.number, mask, predictedIou })), outputs, warnings: image.warnings,
    result: !written ? 'same' : options.dryRun ? 'would-be-written' : 'written',
  };
}

function refuseManyPrompts({ prompts, maskInput, maskIndex, saveLogits }: PredictImageRequest): void {
  if (prompts.length === 0) throw new SamError('usage/option', 'There is no prompt: give --point, --box, or both.');
  const flag = maskInput !== undefined ? '--mask-input' : saveLogits !== undefined ? '--save-logits' : undefined;
  if (flag !== undefined && prompts.length > 1) throw new SamError('usage/option', `${flag} belongs to one prompt, and there are ${prompts.length}.`);
  if (maskIndex !== undefined && maskInput === undefined) throw new SamError('usage/option', '--mask-index chooses a mask of --mask-input, which is not given.');
}

function numbered(prompts: readonly PromptRequest[], image: DecodedImage, { multimask, refine }: PredictOptionValues): NumberedPrompt[] {
  return prompts.map((prompt, number) => {
    const checked = checkPrompt(prompt, image);
    const record = prompts.length === 1 ? undefined : `prompts[${number}]`;
    if ('reason' in checked) throw new SamError('usage/option', `The prompt cannot be used: ${checked.reason}.`, { record });
    return { ...checked.prompt, number, multimask: prompt.multimask ?? multimask, refine: prompt.refine ?? refine };
  });
}

async function predictWith(request: PredictImageRequest, options: PredictOptionValues, image: DecodedImage, prompts: readonly NumberedPrompt[]): Promise<Predicted> {
  const model = await locateModel(request.model, { env: request.env });
  const predictor = await Predictor.open(modelFilesOf(model), planSessions(model, options).threads);
  try {
    const logits = request.maskInput === undefined ? undefined : await readLogits(request.maskInput, request.maskIndex, predictor.spec);
    if (logits !== undefined && !predictor.spec.takesMaskInput) throw new SamError('model/unfit', `The model "${predictor.name}" (contract ${predictor.spec.contract}) takes no earlier logits.`);
    refuseUnfit(needsOf(prompts), predictor);
    const embedding = await predictor.embed(image);
    const predicted: Predicted = { masks: [], logits: undefined };
    for await (const { prompt, prediction } of predictionsOf(predictor, embedding, prompts.map((prompt) => (logits === undefined ? prompt : { ...prompt, logits })))) {
      if (request.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; nothing was written.');
      predicted.masks.push(...masksOfPrediction(prompt, prediction));
      if (request.saveLogits !== undefined) predicted.logits = logitsFile(prediction.logits, predictor.spec);
    }
    return predicted;
  } finally {
    await predictor.close();
  }
}

async function write(
  { output, saveLogits, image: path, maskInput, stop }: PredictImageRequest, { format, force, dryRun }: PredictOptionValues,
  fileName: string, image: DecodedImage, masks: readonly PromptMask[], logits: Uint8Array | undefined,
): Promise<boolean> {
  const kind = format === 'rle' || masks.length === 1 ? 'file' : 'folder';
  const settings: OutputSettings = { kind, force, dryRun, inputs: [path, ...(maskInput === undefined ? [] : [maskInput])], stop };
  const put = async (at: StagedOutput): Promise<void> => {
    for await (const { path: name, bytes } of encodeMasks(format, fileName, image, masks)) await at.put(kind === 'file' ? '' : name, bytes);
  };
  if (saveLogits === undefined || logits === undefined) return await staged(output, settings, put);
  // refusals of either output come before either is written
  await staged(output, { ...settings, dryRun: true }, put);
  const hasNewLogits = await staged(saveLogits, { ...settings, kind: 'file' }, (at) => at.put('', logits));
  return (await staged(output, settings, put)) || hasNewLogits;
}

/** True where something changed, or would. */
async function staged(path: string, settings: OutputSettings, put: (output: StagedOutput) => Promise<void>): Promise<boolean> {
  const output = await StagedOutput.open(path, settings);
  try {
    await put(output);
    return await output.commit();
  } finally {
    // after a commit there is nothing left to discard
    await output.discard();
  }
}
