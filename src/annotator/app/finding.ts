/** A search among many buttons by what stands on them: those that do not match are hidden while something is typed. */
import { showInGroup } from './radios.js';

/** So many have keys of their own and are seen at once: fewer need no search. */
const FEW = 9;

/** Enter takes the first that matches, best where its name begins so; Esc forgets the search. `onEnd`: both are done with the field. True: there are so few that nobody needs it. */
export function finding(field: HTMLInputElement, group: HTMLElement, onEnd: () => void): boolean {
  const buttons = [...group.querySelectorAll<HTMLElement>('[role=radio]')], nameOf = (button: HTMLElement): string => button.title.toLocaleLowerCase();
  const show = (): void => {
    const wanted = field.value.trim().toLocaleLowerCase();
    for (const button of buttons) button.hidden = !nameOf(button).includes(wanted);
    showInGroup(group);
  };
  field.addEventListener('input', show);
  field.addEventListener('keydown', ({ key }) => {
    if (key !== 'Enter' && key !== 'Escape') return;
    const wanted = field.value.trim().toLocaleLowerCase(), found = buttons.filter((button) => !button.hidden), best = found.find((button) => nameOf(button).startsWith(wanted)) ?? found[0];
    if (key === 'Enter' && wanted !== '') best?.click();
    field.value = '';
    show();
    onEnd();
  });
  return buttons.length <= FEW;
}
