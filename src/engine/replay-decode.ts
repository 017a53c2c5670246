/** Recorded prompts asked of a model again: the mask that a person would have taken, with what was painted over it. */
import type { JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import { readImage } from '../image/decode.js';
import { maskIou } from '../mask/iou.js';
import { mergeRle, subtractRle } from '../mask/merge.js';
import { rleArea, type Rle } from '../mask/rle.js';
import { rleFromString } from '../mask/rle-string.js';
import { correctionStart } from '../models/correction-start.js';
import { predict, type Prompt, type PromptPoint } from '../models/predict.js';
import { Predictor, type ImageEmbedding, type ModelFiles } from '../models/predictor.js';
import { pathOfImage, type EngineImage } from './images.js';
import type { Project } from './project.js';
import type { RecordedEvent } from './recording.js';

/** `predictedIou` null: no model had a part in it. */
export interface Redrawn { rle: Rle; predictedIou: number | null }

interface Painted { add?: string; remove?: string }
/** A point or a box, and which of the masks that were offered then was taken before the next was given. */
type Given = { candidate?: number | undefined } & ({ point: PromptPoint } | { box: Box });
interface Asked { prompts: Given[]; painted: Painted[]; isKnown: boolean }
interface Offer { rle: Rle; predictedIou: number; logits: Float32Array }

/** Embeddings that are held: of the images that as many people work on at once. */
const HELD = 3;

/** One model; opened when it is first asked. Memory: the model, one image, three embeddings. */
export class ReplayDecoder {
  private predictor: Promise<Predictor> | undefined;
  private readonly embeddings = new Map<number, ImageEmbedding>();

  constructor(private readonly files: () => Promise<ModelFiles>) {}

  /**
   * The recorded mask made anew; undefined where the prompts do not say how it was made. `base`: the mask that was corrected, as it is here. `isSame`: the model is the recorded one, so that what
   * was taken of its answers is known by number. Throws `image/...`, `model/...`, `engine/record` where the model finds nothing.
   */
  async redraw(project: Project, image: EngineImage, event: RecordedEvent, base: Rle | undefined, isSame: boolean): Promise<Redrawn | undefined> {
    const recorded = event.mask!, asked = askedOf(recorded.prompts);
    if (!asked.isKnown) return undefined;
    const paint = (rle: Rle | undefined): Rle | undefined => asked.painted.reduce((mask, step) => painted(mask, step, image), rle);
    if (asked.prompts.length === 0) {
      const rle = asked.painted.length === 0 ? undefined : paint(base);
      return rle === undefined ? undefined : { rle: shown(rle, event), predictedIou: null };
    }
    const wanted = rleFromString(recorded.segmentation.counts, image.width, image.height);
    const offers = await this.chain(project, image, asked, event, base, isSame, wanted);
    const drawn = offers.map(({ rle, predictedIou }) => ({ rle: paint(rle)!, predictedIou }));
    const best = drawn[likest(drawn.map(({ rle }) => rle), wanted)]!;
    return { rle: shown(best.rle, event), predictedIou: Math.min(1, Math.max(0, best.predictedIou)) };
  }

  async close(): Promise<void> {
    await (await this.predictor?.catch(() => undefined))?.close();
  }

  /** Prompt after prompt, each asked with those before and the logits of the mask that was taken then, a correction from the mask that was there; what is offered in the end, or what was taken of it. */
  private async chain(project: Project, image: EngineImage, { prompts }: Asked, event: RecordedEvent, base: Rle | undefined, isSame: boolean, wanted: Rle): Promise<Offer[]> {
    const start = base === undefined ? undefined : correctionStart(base, (await this.open()).spec), first: Given[] = start === undefined ? [] : [{ point: start.point }];
    let taken: Offer | undefined;
    for (let count = 1; ; count++) {
      const { offers, choice } = await this.offers(project, image, [...first, ...prompts.slice(0, count)], taken?.logits ?? start?.logits), isLast = count === prompts.length;
      const number = isLast ? event.candidate : prompts[count - 1]!.candidate ?? choice, candidate = isSame && number !== undefined ? offers[number] : undefined;
      if (isLast) return candidate === undefined ? offers : [candidate];
      // a person picks what they want of a first click's masks, and goes on from the model's own later
      taken = candidate ?? offers[taken === undefined ? likest(offers.map(({ rle }) => rle), wanted) : choice]!;
    }
  }

  /** What the annotator's page offers, in its order. */
  private async offers(project: Project, image: EngineImage, given: readonly Given[], logits: Float32Array | undefined): Promise<{ offers: Offer[]; choice: number }> {
    const points = given.flatMap((prompt) => ('point' in prompt ? [prompt.point] : [])), box = given.flatMap((prompt) => ('box' in prompt ? [prompt.box] : []))[0];
    const takesMaskInput = (await this.open()).spec.takesMaskInput;
    const prompt = { points, ...(box === undefined ? {} : { box }), ...(logits !== undefined && takesMaskInput ? { logits } : {}) };
    const several = await this.ask(project, image, prompt, true), scores = several.map(({ predictedIou }) => predictedIou);
    if (given.length === 1 && box === undefined) return { offers: several, choice: scores.indexOf(Math.max(...scores)) };
    const single = await this.ask(project, image, prompt, false);
    return { offers: several.length === 1 ? single : [...single, ...several.sort((a, b) => b.predictedIou - a.predictedIou).slice(0, 2)], choice: 0 };
  }

  private async ask(project: Project, image: EngineImage, prompt: Prompt, multimask: boolean): Promise<Offer[]> {
    const predictor = await this.open(), embedding = await this.embed(project, image);
    const { masks, predictedIou, logits } = (await predict(predictor, embedding, [prompt], { multimask }))[0]!;
    return masks.map((rle, i) => ({ rle, predictedIou: predictedIou[i]!, logits: logits[i]! }));
  }

  private open(): Promise<Predictor> {
    this.predictor ??= this.files().then((files) => Predictor.open(files));
    return this.predictor;
  }

  private async embed(project: Project, image: EngineImage): Promise<ImageEmbedding> {
    const known = this.embeddings.get(image.id);
    if (known !== undefined) return known;
    const pixels = await readImage(pathOfImage(project, image), { name: image.fileName });
    if (pixels.sha256 !== image.sha256) throw new SamError('image/changed', 'The image has other bytes than the project knows; sam engine init looks at it again.', { file: image.fileName });
    for (const oldest of this.embeddings.keys()) if (this.embeddings.size >= HELD) this.embeddings.delete(oldest);
    const embedding = await (await this.open()).embed(pixels);
    this.embeddings.set(image.id, embedding);
    return embedding;
  }
}

/** The first of those that have most in common with a mask. */
function likest(rles: readonly Rle[], wanted: Rle): number {
  const ious = [...maskIou(rles, [wanted])];
  return ious.indexOf(Math.max(...ious));
}

function painted(mask: Rle | undefined, { add, remove }: Painted, { width, height }: EngineImage): Rle | undefined {
  const more = add === undefined ? mask : mergeRle([...(mask === undefined ? [] : [mask]), rleFromString(add, width, height)], 'union');
  return remove === undefined || more === undefined ? more : subtractRle(more, rleFromString(remove, width, height));
}

/** `isKnown` false: something was painted, and earlier versions did not keep what. */
function askedOf(prompts: JsonValue | undefined): Asked {
  const asked: Asked = { prompts: [], painted: [], isKnown: true };
  for (const prompt of Array.isArray(prompts) ? prompts : []) {
    // recording-check.ts looked at these fields
    const { kind, x, y, label, x0, y0, x1, y1, candidate, add, remove } = prompt as { kind: string; x: number; y: number; label: 0 | 1; x0: number; y0: number; x1: number; y1: number; candidate?: number; add?: string; remove?: string };
    if (kind === 'point') asked.prompts.push({ point: { x, y, label }, candidate });
    else if (kind === 'box') asked.prompts.push({ box: { x0, y0, x1, y1 }, candidate });
    else if (add === undefined && remove === undefined) asked.isKnown = false;
    else asked.painted.push({ ...(add === undefined ? {} : { add }), ...(remove === undefined ? {} : { remove }) });
  }
  return asked;
}

function shown(rle: Rle, { key }: RecordedEvent): Rle {
  if (rleArea(rle) === 0) throw new SamError('engine/record', 'The model finds nothing at the recorded prompts.', { record: `step ${key}` });
  return rle;
}
