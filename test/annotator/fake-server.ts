/**
 * A server for the page's own tests: it speaks `src/annotator/api.ts` over images of this project and a list in memory, with the real model, and
 * can be told to fail. What the real one guards (hosts, tokens, claims, the disk) is not its business.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import type { DraftRequest, ImageView, MaskView, ProjectView, SaveAnswer, SaveRequest } from '../../src/annotator/api.js';
import { CLAIM, DECODER, DECODER_PARTS, DRAFT, EMBEDDING_HEADERS, EMBEDDINGS, FINISH, IMAGES, PROJECT, RELEASE, RENEW, SAVE, SESSION } from '../../src/annotator/api.js';
import { PAGE_HTML, PAGE_ICON, PAGE_STYLE } from '../../src/annotator/app/page.js';
import { readImage } from '../../src/image/decode.js';
import { boxFromRle, rleArea } from '../../src/mask/rle.js';
import { rleFromString } from '../../src/mask/rle-string.js';
import { portableDecoder } from '../../src/models/decoder-graph.js';
import { decoderParts } from '../../src/models/decoder-parts.js';
import { Predictor, type ImageEmbedding } from '../../src/models/predictor.js';

const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const GUARDS = { 'content-security-policy': CSP, 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin', 'x-content-type-options': 'nosniff' };
const { inputSide, maskSide } = JSON.parse(readFileSync('models/model.json', 'utf8')) as { inputSide: number; maskSide: number }; // our own file
/** The embedded model: the page is tried with what people get. */
export const MODEL = { name: 'embedded', encoder: 'models/encoder.onnx', decoder: 'models/decoder.onnx', sha256: 'model', inputSide, maskSide, encoderInput: 'nchw-normalised' } as const;

export interface FakeImage { path: string; fileName: string; masks?: MaskView[] }
/** `inParts`: the decoder is. */
export interface FakeProject { images: FakeImage[]; inParts?: boolean; categories?: string[]; stage?: ProjectView['stage'] }

export class FakeServer {
  readonly saved: SaveRequest[] = [];
  readonly finished: unknown[] = [];
  /** While it is set, saves get this status; 0: no answer at all. */
  failWith: number | undefined;
  readonly images: ImageView[] = [];
  private lastMask = 1000;
  private readonly embeddings = new Map<number, Promise<ImageEmbedding>>();
  private readonly server = createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => { response.writeHead(500).end(String(error)); });
  });

  private constructor(private readonly project: FakeProject, private readonly predictor: Predictor, private readonly graphs: Readonly<Record<string, Uint8Array>>) {}

  static async start(project: FakeProject): Promise<FakeServer> {
    const fake = new FakeServer(project, await Predictor.open(MODEL), await graphsOf(project.inParts === true));
    for (const [i, { path, fileName, masks = [] }] of project.images.entries()) {
      const { width, height } = await readImage(path, { name: fileName, maxPixels: 2 ** 28, lenient: true });
      fake.images.push({ id: i + 1, fileName, width, height, revision: 1, state: 'todo', expiresIn: 60_000, masks });
    }
    await new Promise<void>((resolve) => { fake.server.listen(0, '127.0.0.1', resolve); });
    return fake;
  }

  get url(): string {
    // a TCP server has such an address
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => { this.server.close(resolve); });
    await this.predictor.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const send = (type: string, body: string | Uint8Array, headers: Record<string, string> = {}): void => { response.writeHead(200, { ...GUARDS, 'content-type': type, ...headers }).end(body); };
    const json = (body: unknown): void => { send('application/json', JSON.stringify(body)); };
    if (path === '/') send('text/html; charset=utf-8', PAGE_HTML);
    else if (path === '/app/icon.svg') send('image/svg+xml', PAGE_ICON);
    else if (path === '/app/style.css') send('text/css', PAGE_STYLE);
    else if (path.startsWith('/app/')) send('text/javascript', readFileSync(join('dist/src', normalize(path.slice(4)))));
    else if (path.startsWith('/ort/')) send(path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', readFileSync(join('dist/src/annotator', normalize(path))));
    else if (path === PROJECT) json(this.view());
    else if (this.graphs[path] !== undefined) send('application/octet-stream', this.graphs[path]);
    else if (path.startsWith(IMAGES)) send('image/jpeg', await this.pixels(path.slice(IMAGES.length).split('/').map(Number)));
    else if (path.startsWith(EMBEDDINGS)) {
      const { tensors: { embedding }, inputSize } = await this.embedding(Number(path.slice(EMBEDDINGS.length)));
      const { buffer, byteOffset, byteLength } = embedding.data as Float32Array;
      send('application/octet-stream', new Uint8Array(buffer, byteOffset, byteLength), {
        [EMBEDDING_HEADERS.type]: 'float32', [EMBEDDING_HEADERS.shape]: embedding.shape.join(','), [EMBEDDING_HEADERS.input]: `${inputSize.width},${inputSize.height}`, [EMBEDDING_HEADERS.model]: MODEL.sha256,
      });
    } else await this.api(path, JSON.parse(await textOf(request)), response, json);
  }

  private async api(path: string, body: unknown, response: ServerResponse, json: (body: unknown) => void): Promise<void> {
    if (path === CLAIM) {
      // the page under test sends what api.ts says
      const { want } = body as { want: 'next' | number };
      const image = want === 'next' ? this.images.find(({ state }) => state === 'todo') : this.images.find(({ id }) => id === want);
      json({ image: image ?? null, next: this.images.filter((other) => other !== image && other.state === 'todo').map(({ id }) => id), counts: this.view().counts });
    } else if (path === SAVE) {
      if (this.failWith === 0) response.destroy();
      else if (this.failWith !== undefined) response.writeHead(this.failWith, { ...GUARDS, 'content-type': 'application/json' }).end(JSON.stringify({ code: 'engine/conflict', message: 'Somebody else changed this mask.' }));
      else json(this.save(body as SaveRequest));
    } else if (path === FINISH) {
      this.finished.push(body);
      const { imageId, outcome } = body as { imageId: number; outcome: string };
      this.images[imageId - 1]!.state = outcome;
      response.writeHead(204, GUARDS).end();
    } else if (path === DRAFT) {
      // the page under test sends what api.ts says
      const { imageId, draft } = body as DraftRequest, { draft: _before, ...image } = this.images[imageId - 1]!;
      this.images[imageId - 1] = { ...image, ...(draft === null ? {} : { draft }) };
      response.writeHead(204, GUARDS).end();
    } else if (path === RENEW) json({ expiresAt: 0 });
    else if (path === SESSION || path === RELEASE) response.writeHead(204, GUARDS).end();
    else response.writeHead(404, GUARDS).end();
  }

  private save(request: SaveRequest): SaveAnswer {
    const { action } = request, image = this.images[request.imageId - 1]!, old = action.kind === 'add' ? undefined : image.masks.find(({ id }) => id === action.maskId);
    this.saved.push(request);
    if (action.draft !== undefined) delete image.draft;
    image.revision++;
    if (action.kind === 'reject' && old !== undefined) {
      image.masks = image.masks.filter((mask) => mask !== old);
      return { mask: null, gone: [old.id], revision: image.revision };
    }
    const counts = action.kind === 'add' || action.kind === 'correct' ? action.counts ?? old!.counts : old!.counts;
    const rle = rleFromString(counts, image.width, image.height);
    const mask: MaskView = {
      id: action.kind === 'add' || action.kind === 'correct' ? ++this.lastMask : old!.id, revision: (old?.revision ?? 0) + 1, counts, box: boxFromRle(rle)!, area: rleArea(rle), stage: 'assisted-manual', annotator: 'Ada',
      categoryId: action.kind === 'add' || action.kind === 'correct' ? action.categoryId ?? old!.categoryId : old!.categoryId, status: action.kind === 'correct' ? 'corrected' : 'accepted',
      predictedIou: null, score: null, supersedes: action.kind === 'correct' ? action.maskId : null,
    };
    image.masks = [...image.masks.filter((other) => other !== old), mask];
    return { mask, gone: action.kind === 'correct' ? [action.maskId] : [], revision: image.revision };
  }

  private view(): ProjectView {
    const of = (state: string): number => this.images.filter((image) => image.state === state).length;
    return {
      key: 'scenes-0123456789', name: 'scenes', annotator: 'Ada', stage: this.project.stage ?? 'assisted', readOnly: false, categories: (this.project.categories ?? ['thing', 'fruit', 'plant']).map((name, i) => ({ id: i + 1, name })),
      model: { name: MODEL.name, sha256: MODEL.sha256, inputSide: MODEL.inputSide, maskSide: MODEL.maskSide, graph: { batched: false, maskPerPrompt: false, hasOrigSize: false, inParts: this.project.inParts === true } },
      viewSide: 2048, tileSide: 1024, moveOnSeconds: 30, claimMilliseconds: 60_000, counts: { images: this.images.length, done: of('done'), skipped: of('skipped'), masks: 0 },
    };
  }

  private async pixels([id, column, row]: number[]): Promise<Uint8Array> {
    const upright = sharp(this.project.images[id! - 1]!.path, { limitInputPixels: false }).rotate();
    if (column === undefined || row === undefined) return upright.resize(2048, 2048, { fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 90 }).toBuffer();
    const { width, height } = this.images[id! - 1]!, left = column * 1024, top = row * 1024;
    return upright.extract({ left, top, width: Math.min(1024, width - left), height: Math.min(1024, height - top) }).jpeg({ quality: 90 }).toBuffer();
  }

  private embedding(id: number): Promise<ImageEmbedding> {
    const { path, fileName } = this.project.images[id - 1]!;
    const known = this.embeddings.get(id) ?? readImage(path, { name: fileName, maxPixels: 2 ** 28, lenient: true }).then((image) => this.predictor.embed(image));
    this.embeddings.set(id, known);
    return known;
  }
}

/** By address. */
async function graphsOf(inParts: boolean): Promise<Record<string, Uint8Array>> {
  const { bytes } = portableDecoder(MODEL.decoder);
  if (!inParts) return { [DECODER]: bytes };
  // the embedded model's decoder has them (test/models/decoder-parts.test.ts)
  const { image, mask, prompts } = (await decoderParts(bytes, maskSide, 1))!;
  return { [DECODER_PARTS.image]: image, [DECODER_PARTS.mask]: mask, [DECODER_PARTS.prompts]: prompts };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  // bytes, since no encoding was set
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? '{}' : Buffer.concat(parts).toString('utf8');
}
