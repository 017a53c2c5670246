/**
 * What the annotator's page and its server say to each other: types and paths, shared by both sides and free of Node and DOM. What arrives is
 * checked on the server, whatever its type says here. All but the page itself and its code needs the cookie of `SESSION`.
 *
 * A refusal is `Refusal` with the HTTP status: 400 malformed, 401 no cookie, 403 host or origin, 404 no such thing, 405 method, 409 conflict
 * (`engine/conflict`: revision or claim), 413 too large, 415 no JSON, 421 another project is served here now, 423 read-only, 503 closing down, 507 the
 * disk is full or not writable. After 401, 421, 503 and 507 nothing was done, and the same may be sent again later.
 */

/** POST `{token}` -> 204 and the cookie. `token`: that of the printed address, from its fragment. */
export const SESSION = '/api/session';
/** GET -> `ProjectView`. */
export const PROJECT = '/api/project';
/** POST `ClaimRequest` -> `ClaimAnswer`. */
export const CLAIM = '/api/claim';
/** POST `TabRequest` -> `{expiresAt}`: the claim is held for another while. */
export const RENEW = '/api/renew';
/** POST `ReleaseRequest` -> 204: the image is given back. */
export const RELEASE = '/api/release';
/** POST `SaveRequest` -> `SaveAnswer`, once it is on the disk. */
export const SAVE = '/api/save';
/** POST `DraftRequest`, at most 8 MiB as a save may have -> 204, once it is on the disk; also where a later one, or the mask's own save, was there before: then nothing was done. */
export const DRAFT = '/api/draft';
/** POST `FinishRequest` -> 204: the image is done, skipped, or to do after all; the claim ends. */
export const FINISH = '/api/finish';
/** GET `/images/<id>` (whole, at most `ProjectView.viewSide` on its longer side), `/images/<id>/<x>/<y>` (full-size tile of `tileSide`): JPEG. */
export const IMAGES = '/images/';
/** GET `/embeddings/<id>` -> 200 numbers, little-endian, `EMBEDDING_HEADERS` saying which; or 202 `{waiting}`: images before it in the queue. */
export const EMBEDDINGS = '/embeddings/';
/** GET -> the decoder's graph, cut to its low-resolution outputs. */
export const DECODER = '/model/decoder.onnx';
/** GET -> the same in parts (`DecoderParts`), where `ProjectView.model.graph.inParts`. */
export const DECODER_PARTS = { image: '/model/decoder-image.onnx', mask: '/model/decoder-mask.onnx', prompts: '/model/decoder-prompts.onnx' } as const;
/** `type`: float32 or float16; `shape`: 1,C,h,w; `input`: width,height of the image inside the model's square; `model`: sha256. */
export const EMBEDDING_HEADERS = { type: 'x-embedding-type', shape: 'x-embedding-shape', input: 'x-embedding-input', model: 'x-embedding-model' } as const;

export interface Refusal { code: string; message: string }

export type AnnotatorStage = 'assisted' | 'semi';

/** `key`: the same as long as the project is, wherever its folder is. */
export interface ProjectView {
  key: string;
  name: string;
  annotator: string;
  stage: AnnotatorStage;
  readOnly: boolean;
  categories: { id: number; name: string }[];
  /** `graph`: whether the decoder takes `mask_input` for each prompt, `has_mask_input` and `orig_im_size`, and is there in parts. Sides in pixels. */
  model: { name: string; sha256: string; inputSide: number; maskSide: number; graph: { batched: boolean; maskPerPrompt: boolean; hasOrigSize: boolean; inParts: boolean } };
  /** Longer side of an image as a whole, and side of its full-size tiles. */
  viewSide: number;
  tileSide: number;
  /** Seconds after which the page suggests to move on (the paper's 30); a claim's milliseconds. */
  moveOnSeconds: number;
  claimMilliseconds: number;
  counts: { images: number; done: number; skipped: number; masks: number };
}

/** `tab`: a random text that the tab made for itself, 16 to 64 of A-Z a-z 0-9 - _. `project`: the key of the project that it shows; where it is given, another project's server refuses. */
export interface TabRequest { tab: string; project?: string }

/** `visit`: as `tab`, another one each time that the page is loaded. A release that arrives when the tab has claimed in a later visit does nothing. */
export interface ReleaseRequest extends TabRequest { visit?: string }

/**
 * `next`: the neediest image that is free (that which the tab holds, while it is to do); a number: that image, whatever its state. `annotator`: who works in this tab, 1 to 100
 * characters; without it the one that the server was started for. `others`: tabs of the same browser that are open, at most 100: they keep what they hold.
 */
export interface ClaimRequest extends ReleaseRequest { want: 'next' | number; annotator?: string; others?: string[] }

/** `image` null: nothing is left to do. `before`: the image that somebody was done with before that. `next`: what will probably be asked for then, to be fetched ahead. */
export interface ClaimAnswer { image: ImageView | null; before?: number; next: number[]; counts: ProjectView['counts'] }

/** Sizes in pixels, upright. `expiresIn`: milliseconds from now. `draft`: what its annotator has in work on it. */
export interface ImageView { id: number; fileName: string; width: number; height: number; revision: number; state: string; expiresIn: number; masks: MaskView[]; draft?: DraftView }

/** `counts`: COCO's compressed string for the image's size. `box` half-open. Only proposed, accepted and corrected masks are shown. */
export interface MaskView {
  id: number; revision: number; categoryId: number; counts: string; box: { x0: number; y0: number; x1: number; y1: number }; area: number;
  status: 'proposed' | 'accepted' | 'corrected'; stage: string; annotator: string | null; predictedIou: number | null; score: number | null; supersedes: number | null;
}

/**
 * A click (label 1 object, 0 background) in pixels of the image; a box, half-open; what was painted, as masks (COCO's strings) of what it added and took away. What made a mask, in the order in which
 * it was given. `at`: seconds of work on the mask until then. `candidate`: which of the masks that the model offered for the prompts so far was taken when the next was given, from 0: its logits are
 * fed back with that one; without it the one that the model began with.
 */
export type PromptView = { at?: number } & (
  { kind: 'point'; x: number; y: number; label: 0 | 1; candidate?: number } | { kind: 'box'; x0: number; y0: number; x1: number; y1: number; candidate?: number } | { kind: 'brush' | 'eraser' | 'polygon'; add?: string; remove?: string }
);

/** What it cost the person, since the last save. */
export interface Effort { seconds: number; clicks: number }

/**
 * `key`: unique to the action, so that one sent again after a lost answer is done once. `draft`: it is about what was in work, and ends that; a `DraftRequest` of the same visit with a lower number comes
 * too late then. `candidate`: which of the masks that the model offered was taken, from 0.
 */
export type SaveAction = Effort & { key: string; draft?: number } & (
  | { kind: 'add'; categoryId: number; counts: string; prompts: PromptView[]; candidate?: number; predictedIou: number | null; stabilityScore: number | null }
  | { kind: 'correct'; maskId: number; revision: number; categoryId?: number; counts?: string; prompts?: PromptView[]; candidate?: number; predictedIou?: number | null; stabilityScore?: number | null }
  | { kind: 'accept' | 'reject' | 'reopen' | 'undo-correction'; maskId: number; revision: number }
);

export interface SaveRequest extends ReleaseRequest { imageId: number; action: SaveAction }

/**
 * The mask as it is now (`null`: it is no longer shown), the ids of those that are shown no more, and the image's revision. `others`: what came back or changed with it, as duplicates do when the mask
 * that stood for them is rejected.
 */
export interface SaveAnswer { mask: MaskView | null; gone: number[]; others?: MaskView[]; revision: number }

/**
 * A mask in work: its steps as they are saved, the last prompt with the candidate that is taken, and those that were undone, the last undone last. `base`: the mask that is corrected, as it was read
 * (`counts` as a mask's).
 */
export interface DraftView { base?: { maskId: number; revision: number; counts: string }; categoryId: number; steps: PromptView[]; undone: PromptView[] }

/** What is in work now, in place of what was before; null: nothing. `number`: rises with each draft of the visit, from 1. */
export interface DraftRequest extends TabRequest { visit: string; number: number; imageId: number; draft: DraftView | null }

export interface FinishRequest extends TabRequest { imageId: number; revision: number; outcome: 'done' | 'skipped' | 'todo'; seconds: number }
