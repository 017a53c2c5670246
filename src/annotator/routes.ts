/** Which address does what: a request that the guard let through becomes an answer. */
import { categoriesOf } from '../engine/categories.js';
import { imageById, type EngineImage } from '../engine/images.js';
import type { Project } from '../engine/project.js';
import { keyOfProject, nameOf } from '../engine/project-facts.js';
import { workCounts } from '../engine/work-counts.js';
import { sha256Hex } from '../files/hash.js';
import type { DecoderGraph } from '../models/decoder-graph.js';
import type { Predictor } from '../models/predictor.js';
import { CLAIM, DECODER, DECODER_PARTS, DRAFT, EMBEDDING_HEADERS, EMBEDDINGS, FINISH, IMAGES, PROJECT, RELEASE, RENEW, SAVE, type ProjectView } from './api.js';
import { empty, json, refuse, tagged, type Answer } from './answer.js';
import type { Drafts } from './drafts.js';
import type { Embeddings } from './embeddings.js';
import { TILE_SIDE, VIEW_SIDE, type ImageSource } from './image-source.js';
import { claimRequest, draftRequest, finishRequest, releaseRequest, saveRequest, tabRequest } from './requests.js';
import { saveAction, type Making } from './save.js';
import type { Line, Tabs } from './tabs.js';
import type { Work, WorkSettings } from './work.js';

/** Everything that a running annotator has. */
export interface Annotator extends WorkSettings {
  project: Project;
  model: Pick<Predictor, 'name' | 'sha256' | 'spec'>;
  decoder: DecoderGraph;
  making: Making;
  moveOnSeconds: number;
  images: ImageSource;
  embeddings: Embeddings;
  work: Work;
  drafts: Drafts;
  tabs: Tabs;
}

/** A body of runs may be long, be they accepted or in work; nothing else is. Bytes. */
const RUNS_LIMIT = 8 << 20, BODY_LIMIT = 16 << 10;

export const limitOf = (path: string): number => (path === SAVE || path === DRAFT ? RUNS_LIMIT : BODY_LIMIT);

/** Addresses that are asked by GET, and by POST. A request by the other method is refused with 405. */
const READS: readonly string[] = [PROJECT, DECODER, ...Object.values(DECODER_PARTS)];
const WRITES = [CLAIM, RENEW, RELEASE, SAVE, DRAFT, FINISH];

/** The method that an address takes; undefined where there is no such address. */
export function methodOf(path: string): 'GET' | 'POST' | undefined {
  if (WRITES.includes(path)) return 'POST';
  return READS.includes(path) || path.startsWith(IMAGES) || path.startsWith(EMBEDDINGS) ? 'GET' : undefined;
}

export async function read(annotator: Annotator, path: string): Promise<Answer> {
  if (path === PROJECT) return json(projectView(annotator));
  const graph = graphAt(annotator.decoder, path);
  if (graph !== undefined) return tagged(graph, 'application/octet-stream', tagOf(graph));
  const numbers = /^\/(images|embeddings)\/(\d{1,15})(?:\/(\d{1,6})\/(\d{1,6}))?$/.exec(path);
  if (numbers === null) return notFound();
  const [, what, id, x, y] = numbers, image = imageById(annotator.project, Number(id));
  if (what === 'images') return await picture(annotator, image, x === undefined ? undefined : { x: Number(x), y: Number(y) });
  return x === undefined ? await embedding(annotator, image) : notFound();
}

/** `body`: as it was parsed; it is checked here. `line`: what it came over. */
export async function write(annotator: Annotator, path: string, body: unknown, now: number, line: Line): Promise<Answer> {
  const { work, project, drafts } = annotator;
  const { tab, project: shown = keyOfProject(project) } = tabRequest(body);
  if (shown !== keyOfProject(project)) return refuse(421, 'project', 'Another project is served at this address now. Start sam engine assist for the one that this page shows.');
  annotator.tabs.heard(tab, line);
  if (path === CLAIM) {
    const answer = await work.claim(claimRequest(body), now);
    const ids = [...(answer.image === null ? [] : [answer.image.id]), ...answer.next];
    annotator.embeddings.expect(ids.map((id) => imageById(project, id)));
    return json(answer);
  }
  if (path === RENEW) return json(work.renew(tabRequest(body), now));
  if (path === RELEASE) {
    work.release(releaseRequest(body));
    return empty(204);
  }
  const request = path === SAVE ? saveRequest(body) : path === DRAFT ? draftRequest(body) : finishRequest(body);
  if (project.mode === 'read') return refuse(423, 'read-only', 'The annotator was started to look only (--read-only); nothing is saved.');
  if ('action' in request) return json(drafts.ending(request, now, (end) => saveAction(project, annotator.making, request, now, end)));
  if ('draft' in request) drafts.keep(request, now);
  else work.finish(request, now);
  return empty(204);
}

/** By their bytes, worked out once: the same model may be cut otherwise by another version. */
const tags = new WeakMap<Uint8Array, string>();

function tagOf(graph: Uint8Array): string {
  const tag = tags.get(graph) ?? sha256Hex(graph).slice(0, 32);
  tags.set(graph, tag);
  return tag;
}

function graphAt({ bytes, parts }: DecoderGraph, path: string): Uint8Array | undefined {
  if (path === DECODER) return bytes;
  return parts === undefined ? undefined : path === DECODER_PARTS.image ? parts.image : path === DECODER_PARTS.mask ? parts.mask : path === DECODER_PARTS.prompts ? parts.prompts : undefined;
}

function projectView({ project, annotator, stage, model, decoder, moveOnSeconds, claimMilliseconds }: Annotator): ProjectView {
  const { batched, maskPerPrompt, hasOrigSize, parts } = decoder, { inputSide, maskSide } = model.spec;
  return {
    key: keyOfProject(project), name: nameOf(project), annotator, stage, readOnly: project.mode === 'read', categories: categoriesOf(project).map(({ id, name }) => ({ id, name })),
    model: { name: model.name, sha256: model.sha256, inputSide, maskSide, graph: { batched, maskPerPrompt, hasOrigSize, inParts: parts !== undefined } },
    viewSide: VIEW_SIDE, tileSide: TILE_SIDE, moveOnSeconds, claimMilliseconds, counts: workCounts(project),
  };
}

async function picture({ images }: Annotator, image: EngineImage, at: { x: number; y: number } | undefined): Promise<Answer> {
  const jpeg = at === undefined ? await images.view(image) : await images.tile(image, at.x, at.y);
  if (jpeg === undefined) return notFound();
  return tagged(jpeg, 'image/jpeg', `${image.sha256.slice(0, 32)}-${at === undefined ? 'view' : `${at.x}-${at.y}`}`);
}

async function embedding({ embeddings, model }: Annotator, image: EngineImage): Promise<Answer> {
  const found = await embeddings.get(image);
  if ('waiting' in found) return json(found, 202);
  const { type, shape, input, data } = found, names = EMBEDDING_HEADERS;
  return tagged(data, 'application/octet-stream', `${image.sha256.slice(0, 32)}-${model.sha256.slice(0, 16)}`, {
    [names.type]: type, [names.shape]: shape.join(','), [names.input]: input.join(','), [names.model]: model.sha256,
  });
}

export function notFound(): Answer {
  return refuse(404, 'not-found', 'There is no such thing here.');
}
