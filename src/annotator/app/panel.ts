/** Everything around the canvas: classes, candidates, what is saved, what is said. Texts from data are set as text, never as markup. */
import type { SaveState, Trouble } from './saves.js';
import { classColour } from './colours.js';
import { isOpen, maskOf } from './draft.js';
import { finding } from './finding.js';
import { radioKeys, showChosen, showInGroup } from './radios.js';
import { isJudging, type PageState } from './state.js';

/** An element that the page was written with. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  // page.ts writes it
  return document.getElementById(id) as T;
}

function made<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** The key of a button as a picture; readers of the screen get it as what it is. */
function keycap(button: HTMLElement, text: string, keys: string): HTMLElement {
  const cap = made('kbd', '', text);
  cap.setAttribute('aria-hidden', 'true');
  button.setAttribute('aria-keyshortcuts', keys);
  return cap;
}

const percent = (score: number | null): string => (score === null ? '–' : `${Math.round(100 * score)} %`);

export class Panel {
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private candidatesKey: unknown;
  private categoryShown: number | undefined;

  constructor(private readonly state: PageState, private readonly onClass: (id: number) => void, private readonly onCandidate: (index: number) => void) {
    byId('project').textContent = state.project.readOnly ? `${state.project.name} (read-only)` : state.project.name;
    document.title = `${state.project.name} · sam annotator`;
    this.buildClasses();
    for (const group of ['classes', 'candidates']) radioKeys(byId(group));
    byId('finding').hidden = finding(byId<HTMLInputElement>('find'), byId('classes'), () => { byId('stage').focus({ preventScroll: true }); });
  }

  /** Tells what happened: for readers of the screen always, at the image's foot while nothing else is. */
  say(text: string): void {
    byId('said').textContent = text;
    byId('hint').textContent = text;
  }

  /** Something that needs to be seen; gone after a while, at once with an empty text. */
  notice(text: string, stays = false): void {
    const notice = byId('notice');
    notice.textContent = text;
    notice.hidden = text === '';
    clearTimeout(this.noticeTimer);
    if (!stays) this.noticeTimer = setTimeout(() => { notice.hidden = true; }, 8000);
  }

  get hasNotice(): boolean {
    return !byId('notice').hidden;
  }

  /** `isDirty`: a mask is in work. `keeping`: why that cannot be kept just now; `away`: why the server is not heard of. */
  saved({ waiting, trouble }: SaveState, isDirty: boolean, keeping: Trouble | undefined, away: Trouble | undefined): void {
    const saved = byId('saved');
    const text = trouble !== undefined ? `Not saved: ${trouble.short}, trying again (${waiting})` : waiting > 0 ? 'Saving…'
      : keeping !== undefined ? `Mask in work not kept: ${keeping.short}, trying again` : away !== undefined ? `${this.state.project.readOnly ? 'Gone' : 'Nothing can be saved'}: ${away.short}` : this.state.project.readOnly ? 'Read-only' : isDirty ? 'Mask not accepted yet' : 'Saved';
    if (saved.textContent !== text) saved.textContent = text;
    saved.className = `saved${(trouble ?? keeping ?? away) !== undefined ? ' lost' : waiting > 0 || isDirty ? ' busy' : ''}`;
  }

  timer(seconds: number, isOver: boolean): void {
    const timer = byId('timer');
    timer.hidden = !isOver;
    if (isOver) timer.textContent = `${Math.round(seconds)} s: good enough? Accept it or move on.`;
  }

  show(): void {
    const { state } = this, { desk, project } = state;
    byId('file').textContent = desk?.image.fileName ?? '';
    const { done, skipped, images } = project.counts;
    byId('progress').textContent = `${done + skipped} of ${images} images`;
    byId<HTMLProgressElement>('share').value = images === 0 ? 0 : (done + skipped) / images;
    byId('file').title = desk?.image.fileName ?? '';
    const count = desk?.settled.all().length ?? 0, proposals = desk?.settled.proposals().length ?? 0;
    byId('masks').textContent = `${count - proposals} ${count - proposals === 1 ? 'mask' : 'masks'}${proposals > 0 ? `, ${proposals} proposed` : ''}${state.isHidden ? ', hidden' : ''}`;
    for (const button of document.querySelectorAll<HTMLElement>('[data-tool]')) button.setAttribute('aria-pressed', String(button.dataset['tool'] === state.tool));
    document.querySelector('[data-do=hide]')?.setAttribute('aria-pressed', String(state.isHidden));
    showChosen(byId('classes'), (button) => button.getAttribute('data-class') === String(state.categoryId));
    if (this.categoryShown !== state.categoryId) showInGroup(byId('classes'));
    this.categoryShown = state.categoryId;
    this.showCandidates();
    this.showAbout();
    const judging = isJudging(state);
    this.enable('accept', maskOf(state.draft) !== undefined || judging);
    this.enable('cancel', isOpen(state.draft));
    this.enable('reject', state.focus !== undefined || state.draft.base !== undefined);
    for (const name of ['next', 'previous', 'skip']) this.enable(name, desk !== undefined || name !== 'skip');
  }

  /** A button that cannot be pressed any more gives the keys back to the image. */
  private enable(name: string, isEnabled: boolean): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>(`[data-do=${name}]`)) {
      const hadFocus = button === document.activeElement;
      button.disabled = !isEnabled || (this.state.project.readOnly && name !== 'previous' && name !== 'next');
      if (hadFocus && button.disabled) byId('stage').focus({ preventScroll: true });
    }
  }

  private buildClasses(): void {
    byId('classes').replaceChildren(...this.state.project.categories.map(({ id, name }, i) => {
      const button = made('button', ''), swatch = made('span', 'swatch');
      swatch.style.background = classColour(i);
      button.type = 'button';
      button.setAttribute('role', 'radio');
      button.setAttribute('data-class', String(id));
      button.title = name;
      button.append(swatch, made('span', 'name', name), ...(i < 9 ? [keycap(button, String(i + 1), String(i + 1))] : []));
      button.addEventListener('click', () => { this.onClass(id); });
      return button;
    }));
  }

  private showCandidates(): void {
    const { candidates, choice } = this.state.draft;
    byId('choices').hidden = candidates.length < 2;
    const key = candidates, box = byId('candidates');
    if (key !== this.candidatesKey) {
      this.candidatesKey = key;
      box.replaceChildren(...candidates.map(({ predictedIou }, i) => {
        const button = made('button', '');
        button.type = 'button';
        button.setAttribute('role', 'radio');
        button.append(made('b', '', percent(predictedIou)), keycap(button, `Alt ${i + 1}`, `Alt+${i + 1}`));
        button.setAttribute('aria-label', `Mask ${i + 1}, score ${percent(predictedIou)}`);
        button.addEventListener('click', () => { this.onCandidate(i); });
        return button;
      }));
    }
    showChosen(box, (_, i) => i === choice);
  }

  private showAbout(): void {
    const { focus, draft, project } = this.state, view = focus?.view;
    byId('about').hidden = view === undefined || isOpen(draft);
    if (view === undefined) return;
    byId('about-title').textContent = project.categories.find(({ id }) => id === view.categoryId)?.name ?? `class ${view.categoryId}`;
    const score = view.score ?? view.predictedIou, scored = score === null ? '' : `, score ${percent(score)}`;
    byId('about-text').textContent = `${view.status}${scored}, ${view.area.toLocaleString('en')} px${view.annotator === null || view.status === 'proposed' ? '' : `, by ${view.annotator}`}`;
  }
}
