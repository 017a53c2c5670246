/** Who gets which image to work on, and what becomes of it: claims, their renewal, and the end of the work on an image. */
import { stat } from 'node:fs/promises';
import { assertClaim, claimImage, claimNext, claimOf, freeImages, releaseClaim, type Claimant } from '../engine/claims.js';
import { dropDraft, renameDraft } from '../engine/drafts.js';
import { keepClaim, keepEvent, sessionName } from '../engine/events.js';
import { imageBefore, imageById, imageIdsAfter, imageIdsBefore, pathOfImage, visitImage, type EngineImage } from '../engine/images.js';
import type { Project } from '../engine/project.js';
import { STAGE_OF, type Stage } from '../engine/schema.js';
import { setImageAside, workCounts } from '../engine/work-counts.js';
import { SamError, systemCode } from '../errors.js';
import type { AnnotatorStage, ClaimAnswer, ClaimRequest, FinishRequest, ImageView, ReleaseRequest, TabRequest } from './api.js';
import type { Drafts } from './drafts.js';
import type { Tabs } from './tabs.js';
import { imageView } from './views.js';

/** Images that are told to come next, whose pictures and embeddings are made ahead. */
const AHEAD = 6;
export interface WorkSettings { stage: AnnotatorStage; annotator: string; claimMilliseconds: number }

export class Work {
  constructor(private readonly project: Project, private readonly settings: WorkSettings, private readonly tabs: Tabs, private readonly drafts: Drafts) {}

  /** Throws `engine/conflict` for an image that another works on, `engine/record` for one that is not there. */
  async claim(request: ClaimRequest, now: number): Promise<ClaimAnswer> {
    if (this.project.mode === 'read') return this.look(request);
    if (request.visit !== undefined) this.tabs.begin(request.tab, request.visit);
    const claimant = { annotator: request.annotator ?? this.settings.annotator, token: request.tab }, before = claimOf(this.project, request.tab, now);
    const image = request.want === 'next' ? await this.nextWithFile(claimant, request.others ?? [], now) : claimImage(this.project, request.want, claimant, this.settings.claimMilliseconds, now).image;
    if (image !== undefined) keepClaim(this.project, { ...this.eventOf(request.tab, now), imageId: image.id, annotator: claimant.annotator });
    // another name for the one who works there takes along what is in work
    if (image !== undefined && before?.imageId === image.id) renameDraft(this.project, before, claimant.annotator);
    return { image: image === undefined ? null : this.viewOf(image.id, claimant.annotator), ...beforeOf(imageBefore(this.project, image?.id)), next: this.upcoming(now), counts: workCounts(this.project) };
  }

  private viewOf(imageId: number, annotator: string): ImageView {
    const view = imageView(this.project, imageById(this.project, imageId), this.settings.claimMilliseconds), draft = this.drafts.of({ imageId, annotator });
    return { ...view, ...(draft === undefined ? {} : { draft }) };
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
    if (visit !== undefined && this.tabs.isPast(tab, visit)) return;
    if (this.project.mode === 'write') releaseClaim(this.project, tab);
  }

  /** Asked again after a lost answer, it does nothing. Throws `engine/conflict` for a claim or revision that is another's. */
  finish({ tab, imageId, revision, outcome, seconds }: FinishRequest, now: number): void {
    this.project.database.write(() => {
      const claim = claimOf(this.project, tab, now);
      if (claim === undefined && imageById(this.project, imageId).state === outcome) return;
      assertClaim(this.project, imageId, tab, now);
      visitImage(this.project, { imageId, outcome, annotator: claim?.annotator, seconds, revision }, now);
      if (claim !== undefined) dropDraft(this.project, claim);
      keepEvent(this.project, { ...this.eventOf(tab, now), kind: 'finish', imageId, annotator: claim?.annotator ?? null, outcome, seconds });
      releaseClaim(this.project, tab);
    });
  }

  private eventOf(tab: string, at: number): { session: string; stage: Stage; at: number } {
    return { session: sessionName(tab), stage: STAGE_OF[this.settings.stage], at };
  }

  /** An image whose file is gone is set aside, and the next one is looked at. */
  private async nextWithFile(claimant: Claimant, others: readonly string[], now: number): Promise<EngineImage | undefined> {
    for (;;) {
      const options = { milliseconds: this.settings.claimMilliseconds, isGone: (token: string) => !others.includes(token) && this.tabs.isGone(token) };
      const found = (this.settings.stage === 'semi' ? claimNext(this.project, claimant, { ...options, withProposals: true }, now) : undefined) ?? claimNext(this.project, claimant, options, now);
      if (found === undefined || await isThere(pathOfImage(this.project, found.image))) return found?.image;
      setImageAside(this.project, found.image.id, 'missing');
      releaseClaim(this.project, claimant.token);
    }
  }

  /** One image after the other, in the order of their names; nothing is claimed. */
  private look({ tab, want }: ClaimRequest): ClaimAnswer {
    const id = want === 'next' ? imageIdsAfter(this.project, this.tabs.placeOf(tab) ?? '', 1)[0] : want;
    const image = id === undefined ? undefined : imageById(this.project, id);
    this.tabs.standsAt(tab, image?.fileName);
    return {
      image: image === undefined ? null : imageView(this.project, image, this.settings.claimMilliseconds), ...beforeOf(image === undefined ? undefined : imageIdsBefore(this.project, image.fileName, 1)[0]),
      next: image === undefined ? [] : imageIdsAfter(this.project, image.fileName, AHEAD), counts: workCounts(this.project),
    };
  }
}

const beforeOf = (before: number | undefined): Pick<ClaimAnswer, 'before'> => (before === undefined ? {} : { before });

/** What may not be looked at is no image that is gone. */
function isThere(path: string): Promise<boolean> {
  return stat(path).then((file) => file.isFile(), (error: unknown) => !['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? ''));
}
