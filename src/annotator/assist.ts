/** `sam engine assist`: a project, its model, the page and the server, from the start until the person who started it has had enough. */
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { forgetOldActions } from '../engine/actions.js';
import { imageById } from '../engine/images.js';
import { openProject, type Project } from '../engine/project.js';
import { locateProjectModel } from '../engine/project-model.js';
import { changeRound, openRoundOf } from '../engine/rounds.js';
import type { Stage } from '../engine/schema.js';
import { workCounts, type WorkCounts } from '../engine/work-counts.js';
import { SamError, printableName } from '../errors.js';
import { planSessions } from '../folder/defaults.js';
import type { Environment } from '../models/cache-dir.js';
import { modelFilesOf } from '../models/located-model.js';
import { resolveOptions, type SomeOf } from '../options.js';
import type { AnnotatorStage } from './api.js';
import { Drafts } from './drafts.js';
import { Embedder } from './embedder.js';
import { EmbeddingCache } from './embedding-cache.js';
import { Embeddings } from './embeddings.js';
import { ImageSource } from './image-source.js';
import { openBrowser } from './open-browser.js';
import { ASSIST_OPTIONS } from './options.js';
import { rememberPort, startWhereLast } from './port.js';
import { annotatorName } from './requests.js';
import type { Annotator } from './routes.js';
import type { ServerRequest } from './server.js';
import { packagedSite, type Site } from './site.js';
import { Tabs } from './tabs.js';
import { Work } from './work.js';

export interface AssistRequest extends SomeOf<typeof ASSIST_OPTIONS> {
  folder: string;
  /** Without it that of the open round, else assisted. */
  stage?: AnnotatorStage | undefined;
  /** Who works where a tab does not say so itself; without it the name of the user on this machine. */
  annotator?: string | undefined;
  /** A name of the registry or a folder; without it the project's model. */
  model?: string | undefined;
  /** Nothing is claimed or saved; another process may write to the project meanwhile. */
  readOnly?: boolean | undefined;
  open?: boolean | undefined;
  env: Environment;
  /** Ends it. */
  stop: AbortSignal;
  /** Hears, once it listens, of the address with the key in it. */
  onReady: (address: string) => void;
  onFault: ServerRequest['onFault'];
  /** The page, where it is not the package's own. */
  site?: Site | undefined;
  timeouts?: ServerRequest['timeouts'];
}

/** What came of it. `before`, `after`: how far the work was and is. */
export interface AssistReport { folder: string; stage: AnnotatorStage; model: string; before: WorkCounts; after: WorkCounts; seconds: number }

const STAGE_OF = { assisted: 'assisted-manual', semi: 'semi-automatic' } as const satisfies Record<AnnotatorStage, Stage>;

/**
 * Serves the annotator until `stop`. Throws what opening the project and its model throws (`locked/project` where another writes), `model/unfit` for a model that a browser cannot
 * run, `usage/port`, `usage/option`, `internal/install`.
 */
export async function assist(request: AssistRequest): Promise<AssistReport> {
  const { port, cacheSize, moveOn, claim } = resolveOptions(ASSIST_OPTIONS, { port: request.port, cacheSize: request.cacheSize, moveOn: request.moveOn, claim: request.claim });
  const annotator = annotatorOption(request.annotator), site = request.site ?? await packagedSite();
  const project = await openProject(request.folder, request.readOnly === true ? 'read' : 'write');
  try {
    const began = Date.now(), stage = stageOf(project, request.stage), model = await locateProjectModel(project, request.model, request.env, began), before = workCounts(project);
    const embedder = await Embedder.open({ files: modelFilesOf(model.located), threads: planSessions(model.located).threads });
    try {
      const images = new ImageSource(project), cache = await EmbeddingCache.open(join(project.folder, 'cache', 'embeddings'), cacheSize * 1e9, project.mode === 'write');
      const settings = { stage, annotator, claimMilliseconds: Math.round(claim * 60_000) }, tabs = new Tabs(), drafts = new Drafts(project, tabs);
      const parts: Annotator = {
        ...settings, project, model: embedder.model, decoder: embedder.model.decoder, making: { stage: STAGE_OF[stage], modelId: model.id }, moveOnSeconds: moveOn,
        images, embeddings: new Embeddings(embedder, images, cache), work: new Work(project, settings, tabs, drafts), drafts, tabs,
      };
      if (project.mode === 'write') forgetOldActions(project, began);
      await serve(parts, request, site, port);
      return { folder: request.folder, stage, model: embedder.model.name, before, after: workCounts(project), seconds: (Date.now() - began) / 1000 };
    } finally {
      await embedder.close();
    }
  } finally {
    await project.close();
  }
}

async function serve(annotator: Annotator, { stop, onReady, onFault, open, timeouts }: AssistRequest, site: Site, port: number): Promise<void> {
  const { project, embeddings, work } = annotator;
  const server = await startWhereLast({ annotator, site, clock: Date.now, onFault, ...(timeouts === undefined ? {} : { timeouts }) }, port);
  const takeAway = open === true ? await openBrowser(server.address, join(project.folder, '.sam')) : async () => undefined;
  try {
    rememberPort(project, server.port);
    onReady(server.address);
    embeddings.expect(work.upcoming(Date.now()).map((id) => imageById(project, id)));
    await new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener('abort', () => { resolve(); }, { once: true });
    });
  } finally {
    await server.close();
    await embeddings.close();
    await takeAway();
  }
}

/** What was asked for becomes the open round's own. */
function stageOf(project: Project, wanted: AnnotatorStage | undefined): AnnotatorStage {
  const round = openRoundOf(project);
  if (wanted === undefined) return round?.stage === 'semi-automatic' ? 'semi' : 'assisted';
  if (project.mode === 'write' && round !== undefined && round.stage !== STAGE_OF[wanted]) changeRound(project, { stage: STAGE_OF[wanted] });
  return wanted;
}

function annotatorOption(name: string | undefined): string {
  try {
    return annotatorName(name ?? userInfo().username);
  } catch (error) {
    if (name === undefined) return 'annotator';
    throw new SamError('usage/option', `--annotator expects a name of 1 to 100 characters, got "${printableName(name.slice(0, 120))}".`, { cause: error });
  }
}
