/** The page's own elements and data. */
import type { ImageDetails, PageIndex } from '../page-data.js';

/** An element that the page was written with. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  // page.ts writes it
  return document.getElementById(id) as unknown as T;
}

export function made<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  // never as markup
  element.textContent = text;
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Readonly<Record<string, string | number>>): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

function json(id: string): unknown {
  return JSON.parse(byId(id).textContent);
}

// both were written by page.ts
export const PAGE = json('index') as PageIndex;

/** Parsed anew each time: only what is in sight is held. */
export function detailsOf(image: number): ImageDetails {
  return json(`image-${image}`) as ImageDetails;
}

export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
