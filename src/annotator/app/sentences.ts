/** What the page says of masks and of what was done, as text. */
import { rleArea, type Rle } from '../../mask/rle.js';
import { isOpen, type Draft } from './draft.js';
import { isJudging, type PageState } from './state.js';

/** Also where a person tries to change something. */
export const ONLY_LOOKING = 'Only to look at: nothing is changed here. N and P turn the images, H hides the masks.';

const pixels = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'pixel' : 'pixels'}`;

/** Of a class; its id where the project has none of that id. */
export function nameOf({ project }: PageState, id: number): string {
  return project.categories.find((category) => category.id === id)?.name ?? String(id);
}

/** The mask in work. `score`: 0..1, of the model's. */
export function maskText(mask: Rle | undefined, score?: number): string {
  if (mask === undefined) return 'No mask is in work.';
  const area = rleArea(mask);
  if (area === 0) return score === undefined ? 'The mask has no pixel any more.' : 'The model found nothing there.';
  return `A mask of ${pixels(area)}${score === undefined ? '' : `, score ${Math.round(100 * score)} %`}. Enter accepts it.`;
}

/** That of the candidates which is taken; nothing where there is none. */
export function candidateText({ candidates, choice }: Draft): string {
  const candidate = candidates[choice];
  return candidate === undefined ? '' : `Mask ${choice + 1} of ${candidates.length}, score ${Math.round(100 * candidate.predictedIou)} %.`;
}

/** `back`: masks that were duplicates of what is there no more. */
export function withBack(done: string, back: number): string {
  return back === 0 ? done : `${done} ${back === 1 ? 'A mask' : `${back} masks`} that it had stood for ${back === 1 ? 'is' : 'are'} back.`;
}

/** What was done and, while proposals are judged, what is asked now. `wasJudging`: there were some before. */
export function thenAsked(state: PageState, done: string, wasJudging: boolean): string {
  const view = state.focus?.view, left = state.desk?.settled.proposals().length ?? 0;
  if (isJudging(state) && view !== undefined) return `${done} ${left} to judge. Is this mask right (${nameOf(state, view.categoryId)})? Enter accepts, X rejects, E corrects.`.trimStart();
  return wasJudging && left === 0 && !isOpen(state.draft) ? `${done} All proposals are judged. Add what is missing.` : done;
}
