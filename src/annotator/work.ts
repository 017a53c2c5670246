/** Who gets which image to work on, and what becomes of it: claims, their renewal, and the end of the work on an image. */
import { stat } from 'node:fs/promises';
import { assertClaim, claimImage, claimNext, claimOf, freeImages, releaseClaim, type Claimant } from '../engine/claims.js';
import { keepClaim, keepEvent, sessionName } from '../engine/events.js';
import { imageById, imageIdsAfter, pathOfImage, visitImage, type EngineImage } from '../engine/images.js';
import type { Project } from '../engine/project.js';
import { STAGE_OF, type Stage } from '../engine/schema.js';
import { setImageAside, workCounts } from '../engine/work-counts.js';
import { SamError } from '../errors.js';
import type { AnnotatorStage, ClaimAnswer, ClaimRequest, FinishRequest, ReleaseRequest, TabRequest } from './api.js';
import { imageView } from './views.js';

/** Images that are told to come next, whose pictures and embeddings are made ahead. */
const AHEAD = 6;
/** Tabs that are remembered. */
const MAX_TABS = 1000;

export interface WorkSettings { stage: AnnotatorStage; annotator: string; claimMilliseconds: number }

export class Work {
  /** Where the tabs are that only look. */
  private readonly looking = new Map<string, string>();
  /** The visit in which each tab claimed last: what a page sends when it goes may arrive after what it sends when it is there again. */
  private readonly visits = new Map<string, string>();

  constructor(private readonly project: Project, private readonly settings: WorkSettings) {}

  /** Throws `engine/conflict` for an image that another works on, `engine/record` for one that is not there. */
  async claim(request: ClaimRequest, now: number): Promise<ClaimAnswer> {
    if (this.project.mode === 'read') return this.look(request);
    if (request.visit !== undefined) remember(this.visits, request.tab, request.visit);
    const claimant = { annotator: request.annotator ?? this.settings.annotator, token: request.tab };
    const image = request.want === 'next' ? await this.nextWithFile(claimant, now) : claimImage(this.project, request.want, claimant, this.settings.claimMilliseconds, now).image;
    if (image !== undefined) keepClaim(this.project, { ...this.eventOf(request.tab, now), imageId: image.id, annotator: claimant.annotator });
    return {
      image: image === undefined ? null : imageView(this.project, imageById(this.project, image.id), this.settings.claimMilliseconds),
      next: this.upcoming(now), counts: workCounts(this.project),
    };
  }

  /** Ids of the images that nobody has, in the order in which they will be given out. */
  upcoming(now: number): number[] {
    if (this.project.mode === 'read') return imageIdsAfter(this.project, '', AHEAD);
    const first = this.settings.stage === 'semi' ? freeImages(this.project, { limit: AHEAD, withProposals: true }, now) : [];
    return [...new Set([...first, ...freeImages(this.project, { limit: AHEAD }, now)])].slice(0, AHEAD);
  }

  /** Throws `engine/conflict` where the tab holds nothing any more. */
  renew({ tab }: TabRequest, now: number): { expiresAt: number } {
    const { claimMilliseconds } = this.settings, expiresAt = now + claimMilliseconds;
    if (this.project.mode === 'read') return { expiresAt };
    this.project.database.write(() => {
      const claim = claimOf(this.project, tab, now);
      if (claim === undefined) throw new SamError('engine/conflict', 'This tab was silent for so long that its image was given back; take it again to go on.');
      claimImage(this.project, claim.imageId, { annotator: claim.annotator, token: tab }, claimMilliseconds, now);
    });
    return { expiresAt };
  }

  release({ tab, visit }: ReleaseRequest): void {
    if (visit !== undefined && (this.visits.get(tab) ?? visit) !== visit) return;
    if (this.project.mode === 'write') releaseClaim(this.project, tab);
  }

  /** Asked again after a lost answer, it does nothing. Throws `engine/conflict` for a claim or revision that is another's. */
  finish({ tab, imageId, revision, outcome, seconds }: FinishRequest, now: number): void {
    this.project.database.write(() => {
      const claim = claimOf(this.project, tab, now);
      if (claim === undefined && imageById(this.project, imageId).state === outcome) return;
      assertClaim(this.project, imageId, tab, now);
      visitImage(this.project, { imageId, outcome, annotator: claim?.annotator, seconds, revision }, now);
      keepEvent(this.project, { ...this.eventOf(tab, now), kind: 'finish', imageId, annotator: claim?.annotator ?? null, outcome, seconds });
      releaseClaim(this.project, tab);
    });
  }

  private eventOf(tab: string, at: number): { session: string; stage: Stage; at: number } {
    return { session: sessionName(tab), stage: STAGE_OF[this.settings.stage], at };
  }

  /** An image whose file is gone is set aside, and the next one is looked at. */
  private async nextWithFile(claimant: Claimant, now: number): Promise<EngineImage | undefined> {
    for (;;) {
      const options = { milliseconds: this.settings.claimMilliseconds };
      const found = (this.settings.stage === 'semi' ? claimNext(this.project, claimant, { ...options, withProposals: true }, now) : undefined) ?? claimNext(this.project, claimant, options, now);
      if (found === undefined || await stat(pathOfImage(this.project, found.image)).then((file) => file.isFile(), () => false)) return found?.image;
      setImageAside(this.project, found.image.id, 'missing');
      releaseClaim(this.project, claimant.token);
    }
  }

  /** One image after the other, in the order of their names; nothing is claimed. */
  private look({ tab, want }: ClaimRequest): ClaimAnswer {
    const id = want === 'next' ? imageIdsAfter(this.project, this.looking.get(tab) ?? '', 1)[0] : want;
    const image = id === undefined ? undefined : imageById(this.project, id);
    this.looking.delete(tab);
    if (image !== undefined) remember(this.looking, tab, image.fileName);
    return {
      image: image === undefined ? null : imageView(this.project, image, this.settings.claimMilliseconds),
      next: image === undefined ? [] : imageIdsAfter(this.project, image.fileName, AHEAD), counts: workCounts(this.project),
    };
  }
}

/** The tab that was heard of longest ago is forgotten where there are too many. */
function remember(tabs: Map<string, string>, tab: string, what: string): void {
  tabs.delete(tab);
  tabs.set(tab, what);
  for (const oldest of tabs.keys()) if (tabs.size > MAX_TABS) tabs.delete(oldest);
}
