/**
 * Embeddings for the page, made one at a time in the background: those that somebody waits for first, then those that will probably be asked for. What was made is kept on disk and, the
 * last few, in memory. Numbers are halves where the masks do not mind, which is looked at for each image.
 */
import type { EngineImage } from '../engine/images.js';
import type { Embedder } from './embedder.js';
import type { EmbeddingCache } from './embedding-cache.js';
import type { EmbeddingKey, StoredEmbedding } from './embedding-file.js';
import type { ImageSource } from './image-source.js';

/** In memory: SAM's true embedding takes 4 MB as float32. */
const RECENT = 4;

export class Embeddings {
  /** Images to embed, those that are waited for and those ahead; each first in, first out. */
  private asked: EngineImage[] = [];
  private ahead: EngineImage[] = [];
  private current: number | undefined;
  private readonly recent = new Map<string, StoredEmbedding>();
  private readonly failed = new Map<number, unknown>();
  private isClosed = false;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly embedder: Pick<Embedder, 'model' | 'embed'>, private readonly images: ImageSource, private readonly cache: EmbeddingCache) {}

  /** The embedding, or how many images are before it. Throws what reading the image threw, once; asked again, it is tried again. */
  async get(image: EngineImage): Promise<StoredEmbedding | { waiting: number }> {
    const known = await this.known(image);
    if (known !== undefined) return known;
    if (this.failed.has(image.id)) {
      const error = this.failed.get(image.id);
      this.failed.delete(image.id);
      throw error;
    }
    if (this.current !== image.id && !this.asked.some(({ id }) => id === image.id)) this.asked.push(image);
    this.start();
    const before = this.asked.findIndex(({ id }) => id === image.id);
    return { waiting: this.current === image.id || before < 0 ? 0 : before + (this.current === undefined ? 0 : 1) };
  }

  /** Says what will probably be asked for, the likeliest first; it takes the place of what was said before. */
  expect(images: readonly EngineImage[]): void {
    this.ahead = images.filter((image) => !this.isMade(image) && !this.failed.has(image.id));
    this.start();
  }

  /** Nothing new is begun; what is in work is waited for. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.work;
  }

  private isMade(image: EngineImage): boolean {
    return this.recent.has(image.sha256) || this.cache.has(this.keyOf(image));
  }

  private async known(image: EngineImage): Promise<StoredEmbedding | undefined> {
    const embedding = this.recent.get(image.sha256) ?? await this.cache.read(this.keyOf(image));
    if (embedding !== undefined) this.remember(image.sha256, embedding);
    return embedding;
  }

  private keyOf({ sha256 }: EngineImage): EmbeddingKey {
    return { image: sha256, model: this.embedder.model.sha256 };
  }

  private remember(sha256: string, embedding: StoredEmbedding): void {
    this.recent.delete(sha256);
    this.recent.set(sha256, embedding);
    for (const oldest of this.recent.keys()) if (this.recent.size > RECENT) this.recent.delete(oldest);
  }

  private start(): void {
    if (this.current !== undefined || this.isClosed) return;
    const image = this.asked.shift() ?? this.ahead.shift();
    if (image === undefined) return;
    this.current = image.id;
    this.work = this.make(image).finally(() => {
      this.current = undefined;
      this.start();
    });
  }

  private async make(image: EngineImage): Promise<void> {
    try {
      if (this.isMade(image)) return;
      const stored = await this.embedder.embed(await this.images.pixels(image));
      this.remember(image.sha256, stored);
      await this.cache.write(this.keyOf(image), stored);
    } catch (error) {
      // told to the one who asks
      this.failed.set(image.id, error);
    }
  }
}
