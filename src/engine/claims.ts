/**
 * Who works on which image: a claim is held by a token (a tab of the browser) for some time and renewed while the person works, so that
 * two annotators never get one image, and the image of one who went away comes back.
 */
import type { Split } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { begunImages } from './drafts.js';
import { isMeasurable } from './held-out.js';
import { imageById, type EngineImage } from './images.js';
import type { Project } from './project.js';

/** `token`: unguessable, made by the caller, one a tab. Times in milliseconds since 1970. */
export interface Claim { imageId: number; annotator: string; token: string; claimedAt: number; expiresAt: number }

export interface Claimant { annotator: string; token: string }

/**
 * `milliseconds`: how long a claim holds unless it is renewed. `withProposals`: only images that have masks to judge. `isGone`: whether the tab with a token is known to be there no more, though its
 * claim still holds.
 */
export interface ClaimOptions { milliseconds: number; split?: Split | undefined; withProposals?: boolean | undefined; isGone?: ((token: string) => boolean) | undefined }

const COLUMNS = 'image_id AS imageId, annotator, token, claimed_at AS claimedAt, expires_at AS expiresAt';

/**
 * Claims the next image that is to do and nobody else's: a held-out one while models cannot be measured, then the neediest, then those that look like none that is done, then by name. A token
 * that holds a claim keeps its image; then comes what the annotator has a mask in work on, or was at in a tab that is gone. Undefined where none is left.
 */
export function claimNext(project: Project, claimant: Claimant, { milliseconds, split, withProposals, isGone = () => false }: ClaimOptions, now: number): { image: EngineImage; claim: Claim } | undefined {
  const { database } = project;
  return database.write(() => {
    const held = claimOf(project, claimant.token, now);
    if (held !== undefined && imageById(project, held.imageId).state === 'todo') return claimImage(project, held.imageId, claimant, milliseconds, now);
    const begun = begunImages(project, claimant.annotator, now).find(({ imageId, token }) => (token === null || isGone(token)) && (split === undefined || imageById(project, imageId).split === split));
    if (begun !== undefined && begun.token !== null) releaseClaim(project, begun.token);
    const [found] = begun === undefined ? freeImages(project, { split, withProposals, limit: 1 }, now) : [begun.imageId];
    return found === undefined ? undefined : claimImage(project, found, claimant, milliseconds, now);
  });
}

type FreeImages = Pick<ClaimOptions, 'split' | 'withProposals'> & { limit: number };

/**
 * Ids of the images that are to do and nobody's, in the order in which `claimNext` would give them. While no image that is held out has a mask by people, one of them is the first: else a round of few images
 * would have nothing to measure models on.
 */
export function freeImages(project: Project, options: FreeImages, now: number): number[] {
  // else every image that is to do would be looked at for one
  if (options.withProposals === true && project.database.count("SELECT EXISTS (SELECT 1 FROM masks WHERE status = 'proposed')") === 0) return [];
  const ids = freeInOrder(project, options, now), [heldOut] = options.split !== undefined || isMeasurable(project) ? [] : freeInOrder(project, { ...options, split: 'val', limit: 1 }, now);
  return heldOut === undefined ? ids : [heldOut, ...ids.filter((id) => id !== heldOut)].slice(0, options.limit);
}

interface Free { id: number; need: number }

/**
 * The neediest first; of those alike in need first what looks like none that is done. Both kinds are read in the order of an index, and no further than wanted: with 100,000 images and 2 million masks the
 * next one takes a millisecond, where sorting all of them took half a second; where all that is left looks like what is done, all of that is looked through, in a twentieth of a second.
 */
function freeInOrder(project: Project, options: FreeImages, now: number): number[] {
  const others = freeOf(project, options, 'NOT', options.limit, now), last = others.length < options.limit ? undefined : others.at(-1)?.need;
  const alike = freeOf(project, options, '', options.limit, now, last), ids: number[] = [];
  for (let i = 0, j = 0; ids.length < options.limit && (i < others.length || j < alike.length);) {
    const isOther = i < others.length && (j === alike.length || others[i]!.need >= alike[j]!.need);
    ids.push(isOther ? others[i++]!.id : alike[j++]!.id);
  }
  return ids;
}

/** Those that look like none that is done (`NOT`), or like one that is; with more `need` than given, by need and name. */
function freeOf({ database }: Project, { split, withProposals }: FreeImages, not: 'NOT' | '', limit: number, now: number, need = -Infinity): Free[] {
  // the plus keeps the subquery to the index of groups, whose members are few; those that are done are many
  return database.all<Free>(`
    SELECT i.id, i.need FROM images i WHERE i.state = 'todo' AND i.need > ?${split === undefined ? '' : ` AND i.split = '${split}'`}
      AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.image_id = i.id AND c.expires_at > ?)
      ${withProposals === true ? "AND EXISTS (SELECT 1 FROM masks m WHERE m.image_id = i.id AND m.status = 'proposed')" : ''}
      AND ${not} EXISTS (SELECT 1 FROM images o WHERE o.near_group = i.near_group AND +o.state = 'done')
    ORDER BY i.need DESC, i.file_name LIMIT ?`, need, now, limit);
}

/**
 * Claims a certain image, whatever its state, or renews the claim; what the token held before is given back. Throws `engine/conflict` where
 * another holds it, `engine/record` for no such image.
 */
export function claimImage(project: Project, imageId: number, { annotator, token }: Claimant, milliseconds: number, now: number): { image: EngineImage; claim: Claim } {
  const { database } = project;
  return database.write(() => {
    const image = imageById(project, imageId);
    const other = claimsOn(project, now).find((claim) => claim.imageId === imageId && claim.token !== token);
    if (other !== undefined) throw new SamError('engine/conflict', `Image ${imageId} is being worked on by ${other.annotator}.`, { file: image.fileName, record: `image ${imageId}` });
    const claimedAt = claimOf(project, token, now)?.imageId === imageId ? claimOf(project, token, now)!.claimedAt : now;
    database.run('DELETE FROM claims WHERE token = ? OR image_id = ?', token, imageId);
    const claim = { imageId, annotator, token, claimedAt, expiresAt: now + milliseconds };
    database.run('INSERT INTO claims (image_id, annotator, token, claimed_at, expires_at) VALUES (?, ?, ?, ?, ?)', imageId, annotator, token, claimedAt, claim.expiresAt);
    return { image, claim };
  });
}

/** Throws `engine/conflict` unless the token holds the image now: call it before a person's work is stored. */
export function assertClaim(project: Project, imageId: number, token: string, now: number): void {
  if (claimOf(project, token, now)?.imageId === imageId) return;
  throw new SamError('engine/conflict', `The claim on image ${imageId} has expired or is another's; claim it again.`, { record: `image ${imageId}` });
}

/** Gives an image back. Nothing happens where the token holds none. */
export function releaseClaim({ database }: Project, token: string): void {
  database.run('DELETE FROM claims WHERE token = ?', token);
}

/** What the token holds now. */
export function claimOf({ database }: Project, token: string, now: number): Claim | undefined {
  return database.get<Claim>(`SELECT ${COLUMNS} FROM claims WHERE token = ? AND expires_at > ?`, token, now);
}

/** All claims that hold now, in the order of their images. */
export function claimsOn({ database }: Project, now: number): Claim[] {
  return database.all<Claim>(`SELECT ${COLUMNS} FROM claims WHERE expires_at > ? ORDER BY image_id`, now);
}
