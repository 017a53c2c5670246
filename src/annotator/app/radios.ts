/** Groups of buttons of which one is chosen: one stop for Tab, arrow keys within, and the chosen one in sight. */

/** CSS pixels around a button that its frame takes, and that scrolling rounds away. */
const FRAME = 3;

/** Arrow keys, Home and End choose within the group. Its buttons may be replaced at any time. */
export function radioKeys(group: HTMLElement): void {
  group.addEventListener('keydown', (event) => {
    const buttons = [...group.querySelectorAll<HTMLElement>('[role=radio]:not([hidden])')], at = buttons.findIndex((button) => button === document.activeElement);
    const to = placeAfter(event.key, at, buttons.length);
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[to]?.focus();
    buttons[to]?.click();
  });
}

/** Marks the one that is chosen. `isChosen`: of a button and its place. */
export function showChosen(group: HTMLElement, isChosen: (button: HTMLElement, i: number) => boolean): void {
  const buttons = [...group.querySelectorAll<HTMLElement>('[role=radio]')], chosen = buttons.find(isChosen);
  for (const button of buttons) {
    button.setAttribute('aria-checked', String(button === chosen));
    button.tabIndex = button === (chosen ?? buttons[0]) ? 0 : -1;
  }
}

/** Scrolls the group, and nothing else, as little as it takes. */
export function showInGroup(group: HTMLElement): void {
  const chosen = group.querySelector<HTMLElement>('[aria-checked=true]:not([hidden])');
  if (chosen === null) return;
  const { top, bottom } = chosen.getBoundingClientRect(), room = group.getBoundingClientRect();
  if (top < room.top) group.scrollTop -= Math.ceil(room.top - top) + FRAME;
  else if (bottom > room.bottom) group.scrollTop += Math.ceil(bottom - room.bottom) + FRAME;
}

function placeAfter(key: string, at: number, count: number): number | undefined {
  if (at < 0) return undefined;
  switch (key) {
    case 'ArrowDown': case 'ArrowRight': return (at + 1) % count;
    case 'ArrowUp': case 'ArrowLeft': return (at + count - 1) % count;
    case 'Home': return 0;
    case 'End': return count - 1;
    default: return undefined;
  }
}
