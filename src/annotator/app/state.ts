/** What the page knows at this moment: plain values, which the stage and the panel show and `Work` changes. */
import type { ImageView, ProjectView } from '../api.js';
import type { Rle } from '../../mask/rle.js';
import type { Candidate, Draft } from './draft.js';
import { NO_DRAFT } from './draft.js';
import type { Picture } from './picture.js';
import type { Settled, Shown } from './settled.js';
import type { Spot } from './view.js';

export type Tool = 'click' | 'box' | 'brush' | 'eraser' | 'polygon';

/** A mask that was accepted and is on its way to the disk. */
export interface Coming { rle: Rle; categoryId: number }

/** An image that is worked on. `refused`: masks that could not be saved and wait to be in work again. */
export interface Desk { image: ImageView; picture: Picture; settled: Settled; coming: Set<Coming>; refused: { draft: Draft; categoryId: number }[] }

export interface PageState {
  project: ProjectView;
  /** Nothing to do where there is none. */
  desk: Desk | undefined;
  draft: Draft;
  tool: Tool;
  /** The class of the mask in work, and of the next ones. */
  categoryId: number;
  /** A settled mask that is pointed at or, of proposals, asked about. */
  focus: Shown | undefined;
  /** What a click would give at the pointer. */
  preview: Candidate | undefined;
  /** In pixels of the image, while the keyboard is used. */
  cross: Spot | undefined;
  /** A first corner that the keyboard has set. */
  corner: Spot | undefined;
  isHidden: boolean;
  /** 0..1. */
  opacity: number;
  /** Of the brush, in CSS pixels. */
  radius: number;
  /** Whether prompts of this image can be answered. */
  isReady: boolean;
}

export function firstState(project: ProjectView): PageState {
  return {
    project, desk: undefined, draft: NO_DRAFT, tool: 'click', categoryId: project.categories[0]?.id ?? 1, focus: undefined, preview: undefined, cross: undefined, corner: undefined,
    isHidden: false, opacity: 0.4, radius: 14, isReady: false,
  };
}

/** Whether proposals are gone through one after another. */
export function isJudging({ project, draft, desk }: PageState): boolean {
  return project.stage === 'semi' && !project.readOnly && draft.base === undefined && draft.steps.length === 0 && (desk?.settled.proposals().length ?? 0) > 0;
}
