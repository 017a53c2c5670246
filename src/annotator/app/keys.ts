/** Which key does what, for the keyboard and for the page's list of keys: one table for both. */

/** `n`: of a class or candidate, from 1. `dx`, `dy`: of the crosshair, in CSS pixels. */
export type Command =
  | { do: 'next' | 'previous' | 'skip' | 'accept' | 'cancel' | 'undo' | 'redo' | 'hide' | 'reject' | 'correct' | 'foreground' | 'background' | 'help' | 'find' | 'fit' | 'zoom-in' | 'zoom-out'
    | 'larger' | 'smaller' | 'fainter' | 'stronger' | 'other' | 'other-back' | 'tool-click' | 'tool-box' | 'tool-brush' | 'tool-eraser' | 'tool-polygon' }
  | { do: 'class' | 'relabel' | 'candidate'; n: number }
  | { do: 'move'; dx: number; dy: number };

/** Of a key event, what matters. `key` as the browser has it. */
export interface KeyPress { key: string; code: string; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; altKey: boolean }

const SIMPLE: Readonly<Record<string, Exclude<Command['do'], 'class' | 'relabel' | 'candidate' | 'move'>>> = {
  n: 'next', d: 'next', p: 'previous', a: 'previous', s: 'skip', Enter: 'accept', Escape: 'cancel', h: 'hide', x: 'reject', Delete: 'reject', Backspace: 'reject', e: 'correct',
  f: 'foreground', b: 'background', '?': 'help', '/': 'find', '0': 'fit', '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', ']': 'larger', '[': 'smaller', ',': 'fainter', '.': 'stronger',
  c: 'tool-click', r: 'tool-box', t: 'tool-brush', y: 'tool-eraser', g: 'tool-polygon',
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 4, FAST = 40;

/** `undefined`: the browser's own. `hasChoice`: there are candidates, so that Tab goes through them. */
export function commandOf(press: KeyPress, hasChoice: boolean): Command | undefined {
  const { key, code, shiftKey } = press, digit = /^Digit([1-9])$/.exec(code)?.[1];
  if (press.ctrlKey || press.metaKey) {
    const letter = key.toLowerCase();
    if (press.altKey) return undefined;
    return letter === 'z' ? { do: shiftKey ? 'redo' : 'undo' } : letter === 'y' ? { do: 'redo' } : undefined;
  }
  if (press.altKey) return digit !== undefined ? { do: 'candidate', n: Number(digit) } : undefined;
  const arrow = ARROWS[key];
  if (arrow !== undefined) return { do: 'move', dx: arrow[0] * (shiftKey ? FAST : STEP), dy: arrow[1] * (shiftKey ? FAST : STEP) };
  if (key === 'Tab') return hasChoice ? { do: shiftKey ? 'other-back' : 'other' } : undefined;
  // a keyboard whose digits need Shift gives digits
  if (/^[1-9]$/.test(key)) return { do: 'class', n: Number(key) };
  if (shiftKey && digit !== undefined) return { do: 'relabel', n: Number(digit) };
  const command = SIMPLE[key] ?? SIMPLE[key.toLowerCase()];
  return command === undefined ? undefined : { do: command };
}

/** The list that `?` shows: titles, and rows of keys and what they do. */
export const KEY_HELP: readonly { title: string; rows: readonly (readonly [string, string])[] }[] = [
  { title: 'Make a mask', rows: [
    ['Click', 'this belongs to the object'], ['Shift or right click', 'this does not'], ['C  R', 'clicks, box'], ['T  Y  G', 'brush, eraser, outline'], ['[  ]', 'size of the brush'],
    ['Tab  ·  Alt 1–3', 'another of the three masks'], ['1–9  ·  /', 'class, or a search for it'], ['Enter', 'accept'], ['Esc', 'drop'], ['Ctrl Z  ·  Ctrl Y', 'undo, redo'],
  ] },
  { title: 'Masks that are there', rows: [['Point', 'look at a mask'], ['Click it  ·  E', 'correct it'], ['Shift 1–9', 'change its class'], ['X  ·  Delete', 'reject it'], ['H', 'hide all'], [',  .', 'fainter, stronger']] },
  { title: 'Images', rows: [['N  ·  D', 'done, next image'], ['P  ·  A', 'image before'], ['S', 'skip'], ['Wheel  ·  +  −', 'zoom'], ['Space or middle drag', 'move'], ['0', 'whole image']] },
  { title: 'Without a mouse', rows: [['Arrows', 'move the crosshair, Shift faster'], ['F  ·  Enter', 'this belongs to the object'], ['B', 'this does not'], ['R, then F twice', 'two corners of a box']] },
];
