/** What is held against a dataset beyond reading it, an entry at a time; and what the reader says, put together with that. */
import { annotationProblems, type Problem } from '../../dataset/check-annotation.js';
import { repeatedAnnotations } from '../../dataset/duplicates.js';
import { RULES, finding, type RuleCode } from '../../dataset/rules.js';
import { boxOf } from '../../dataset/shape-of.js';
import type { Annotation, Category, DatasetEntry, Finding, ImageRecord, Place } from '../../dataset/types.js';
import { printableName } from '../../errors.js';
import { FindingsKept } from '../jobs/findings-kept.js';
import type { FormatName } from '../format.js';
import type { ImageCheck } from './image-check.js';

/** What readers say too: of one record it is said once. */
const READERS_SAY: ReadonlySet<string> = new Set<RuleCode>(['box/outside', 'box/empty', 'box/mismatch']);
/** What is no fault of its own where a photo's boxes are in the other frame. */
const OF_THE_FRAME: ReadonlySet<string> = new Set<RuleCode>(['box/outside', 'polygon/outside']);
/** Formats whose files have the keys that problems name. */
const HAVE_PATHS: ReadonlySet<FormatName | undefined> = new Set<FormatName>(['coco', 'coco-results', 'sa1b']);

/**
 * Pixels that may lie between the edges of a box and those of its mask. Meta's are exact. VOC's masks say nothing of boxes: a pixel belongs to
 * one object, so that what is covered by others is missing, and those at the borders to nobody.
 */
export function boxSlackOf(format: FormatName): number {
  return format === 'sa1b' ? 0 : format === 'voc' ? Infinity : 1;
}

export interface DatasetCheckSettings {
  /** So many findings of each rule are kept. */
  maxListed: number;
  images?: ImageCheck | undefined;
}

/** Memory: the findings kept, one entry, a name an image and a number a category. */
export class DatasetCheck {
  readonly findings: FindingsKept;
  readonly counts = { images: 0, annotations: 0 };
  format: FormatName | undefined;
  private readonly names = new Set<string>();
  private readonly uses = new Map<number, number>();
  /** Of the entry that is being read: where its records are, what the reader said of them, and what may turn out to be one fault of its photo. */
  private readonly places = new Map<object, () => Place>();
  private readonly said = new Set<string>();
  private held: FindingsKept;

  constructor(private readonly settings: DatasetCheckSettings) {
    this.findings = new FindingsKept(settings.maxListed);
    this.held = new FindingsKept(settings.maxListed);
  }

  /** The reader's report. */
  readonly report = (found: Finding): void => {
    if (READERS_SAY.has(found.code)) this.said.add(keyOf(found.code, found));
    (this.settings.images !== undefined && OF_THE_FRAME.has(found.code) ? this.held : this.findings).add(found);
  };

  readonly placed = (record: ImageRecord | Annotation, place: () => Place): void => {
    this.places.set(record, place);
  };

  async entry(entry: DatasetEntry): Promise<void> {
    const { image, annotations } = entry;
    this.counts.images++;
    this.counts.annotations += annotations.length;
    if (this.names.has(image.fileName)) this.tell({ code: 'image/same-name', message: `Another record has the image ${printableName(image.fileName)} too.` }, () => this.placeOf(image, image));
    this.names.add(image.fileName);
    const isOtherFrame = await this.checkImage(entry);
    const slack = boxSlackOf(this.format ?? 'coco');
    for (const annotation of annotations) {
      this.uses.set(annotation.categoryId, (this.uses.get(annotation.categoryId) ?? 0) + 1);
      for (const problem of annotationProblems(annotation, image, slack)) {
        if (!isOtherFrame || !OF_THE_FRAME.has(problem.code)) this.tell(problem, () => this.placeOf(annotation, image));
      }
    }
    for (const [i, first] of repeatedAnnotations(annotations)) {
      const annotation = annotations[i]!;
      this.tell({ code: 'annotation/duplicate', message: `It says what annotation ${annotations[first]!.id} says.` }, () => this.placeOf(annotation, image));
    }
    this.forget(isOtherFrame);
  }

  /** True where the photo's annotations are in the other frame. */
  private async checkImage({ image, annotations }: DatasetEntry): Promise<boolean> {
    const boxes = annotations.map(boxOf).filter((box) => box !== undefined);
    const problems = await this.settings.images?.problems(image, boxes) ?? [];
    for (const problem of problems) this.tell(problem, () => this.placeOf(image, image));
    return problems.some(({ code }) => code === 'image/exif-frame');
  }

  /** When all entries were read. */
  async finish(categories: readonly Category[]): Promise<void> {
    const unused = categories.filter(({ id }) => !this.uses.has(id)).map(({ name }) => printableName(name));
    // an annotation that could not be read may have been its only one
    if (unused.length > 0 && this.findings.count('error') === 0) {
      const some = unused.slice(0, MOST_NAMED).join(', ');
      this.findings.add(finding('category/unused', `${unused.length} of ${categories.length} categories without an annotation: ${some}${unused.length > MOST_NAMED ? ', ...' : ''}.`));
    }
    const unlisted = await this.settings.images?.unlisted(this.names);
    if (unlisted !== undefined) this.findings.add(finding('image/unlisted', unlisted));
  }

  /** At the end, also an early one: nothing is held back any more. */
  flush(): void {
    this.forget(false);
  }

  private tell({ code, message, path }: { code: RuleCode; message: string } & Partial<Pick<Problem, 'path'>>, place: () => Place): void {
    if (this.said.size > 0 && READERS_SAY.has(code) && this.said.has(keyOf(code, place()))) return;
    const hasPath = path !== undefined && HAVE_PATHS.has(this.format);
    this.findings.addLazily(code, RULES[code].severity, () => finding(code, message, { ...place(), ...(hasPath ? { path } : {}) }));
  }

  /** Where the reader put it, else in words. */
  private placeOf(record: ImageRecord | Annotation, image: ImageRecord): Place {
    const place = this.places.get(record)?.() ?? {};
    if (place.record !== undefined || record === image) return place;
    return { ...place, record: `annotation ${record.id} of ${image.fileName}` };
  }

  private forget(dropHeld: boolean): void {
    if (!dropHeld) this.findings.addAll(this.held);
    if (this.held.byRule.length > 0) this.held = new FindingsKept(this.settings.maxListed);
    this.places.clear();
    this.said.clear();
  }
}

const MOST_NAMED = 20;

function keyOf(code: string, { file, record }: Place): string {
  return `${code} ${file ?? ''} ${record ?? ''}`;
}
