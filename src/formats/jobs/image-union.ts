/** The images of several datasets as one list, and whether ids can stay: gathered before anything is written, so that a conflict costs nothing. */
import { isSame } from '../../dataset/reconcile.js';
import type { DatasetEntry, ImageRecord } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { sortedByText } from '../../files/order.js';
import { NumberList, repeatedValues } from '../number-list.js';

/** An image, and the input that it comes from. */
interface Known { image: ImageRecord; from: number }

export class ImageUnion {
  /** In bytewise order of the names; complete after `settle`. */
  images: ImageRecord[] = [];
  /** How often an image was there already. */
  joined = 0;
  /** True where ids of annotations collide: they are counted from 1 then, in the order of the images. */
  countsAnnotations = false;
  readonly remarks: string[] = [];
  private readonly known = new Map<string, Known>();
  private readonly annotationIds = new NumberList();
  private firstJoined: string | undefined;
  private changedRecords = 0;
  /** Whether every input so far counts its ids from 1, as `segment-all` does: then they are nobody's. */
  private areCounted = true;
  private readonly counts: { images: number; annotations: number }[];

  /** `inputs`: what errors and remarks call them. */
  constructor(private readonly inputs: readonly string[]) {
    this.counts = inputs.map(() => ({ images: 0, annotations: 0 }));
  }

  /** Throws `data/conflict` for an image that is there in another size. */
  add({ image, annotations }: DatasetEntry, from: number): void {
    const counts = this.counts[from]!;
    this.areCounted &&= image.id === ++counts.images;
    for (const { id } of annotations) {
      this.annotationIds.push(id);
      this.areCounted &&= id === ++counts.annotations;
    }
    const before = this.known.get(image.fileName);
    if (before === undefined) {
      this.known.set(image.fileName, { image, from });
      return;
    }
    this.checkSize(before, image, from);
    this.joined++;
    this.firstJoined ??= `${printableName(image.fileName)}, in ${this.nameOf(before.from)} and ${this.nameOf(from)}`;
    if (before.image.split !== image.split || !isSame(before.image.extra, image.extra)) this.changedRecords++;
  }

  /** Call when all are there. `tells`: whether new ids and joined images are worth a remark. */
  settle(tells: { ids: boolean; joined: boolean } = { ids: true, joined: true }): void {
    const images = sortedByText([...this.known.values()].map(({ image }) => image), ({ fileName }) => fileName);
    this.known.clear();
    const isId = (id: number, least: number): boolean => Number.isSafeInteger(id) && id >= least;
    const ids = Float64Array.from(images, ({ id }) => id);
    const counts = !ids.every((id) => isId(id, 0)) || repeatedValues(ids).length > 0;
    this.images = counts ? images.map((image, i) => ({ ...image, id: i + 1 })) : images;
    const annotationIds = this.annotationIds.view();
    this.countsAnnotations = !annotationIds.every((id) => isId(id, 1)) || repeatedValues(annotationIds).length > 0;
    if (this.joined > 0 && tells.joined) this.remarks.push(`${this.joined} image${this.joined === 1 ? ' stands' : 's stand'} in several places (${this.firstJoined}): one image with all annotations; what is annotated twice is there twice (sam dedupe).`);
    if (this.changedRecords > 0) this.remarks.push(`${this.changedRecords} of them ${this.changedRecords === 1 ? 'has' : 'have'} other keys or another split there: those of the first stay.`);
    const both = [...(counts ? ['images'] : []), ...(this.countsAnnotations ? ['annotations'] : [])];
    if (both.length > 0 && tells.ids && !this.areCounted) this.remarks.push(`Ids of ${both.join(' and ')} collide: they count from 1, in the order of the file names.`);
  }

  private checkSize({ image: { width, height }, from: first }: Known, image: ImageRecord, from: number): void {
    if (image.width === width && image.height === height) return;
    const where = first === from ? `twice in ${this.nameOf(from)}` : `in ${this.nameOf(first)} and in ${this.nameOf(from)}`;
    throw new SamError('data/conflict', `The image stands ${where}, ${width} x ${height} and ${image.width} x ${image.height}: two images of one name cannot be one dataset.`, { file: this.inputs[from], record: image.fileName });
  }

  private nameOf(from: number): string {
    return printableName(this.inputs[from] ?? '');
  }
}
