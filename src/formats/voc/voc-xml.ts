/** Elements of a VOC file as values, and those that the model has no name for as JSON and back. */
import type { JsonValue } from '../../dataset/types.js';
import { decimalOf } from '../pixel-number.js';
import { childrenOfRoot, type XmlElement } from '../xml/xml-stream.js';
import { xmlText } from '../xml/xml-text.js';

/** The children of `annotation` in a whole file. Throws `data/xml`, `data/format`. */
export async function vocElements(bytes: Uint8Array, file: string): Promise<XmlElement[]> {
  const chunks = async function* (): AsyncGenerator<Uint8Array> { yield bytes; };
  const elements: XmlElement[] = [];
  for await (const element of childrenOfRoot(chunks(), 'annotation', file)) elements.push(element);
  return elements;
}

/** The first child of a name. */
export function childOf(elements: readonly XmlElement[], name: string): XmlElement | undefined {
  return elements.find((element) => element.name === name);
}

/** An element's text without the line breaks that indentation puts around it; spaces of its own stay. */
export function textOf(element: XmlElement | undefined): string {
  return bareText(element?.text ?? '');
}

export function bareText(text: string): string {
  return text.replace(/^\s*\n\s*|\s*\n\s*$/g, '');
}

/** The decimal number in a child; undefined where there is none. */
export function numberIn(elements: readonly XmlElement[], name: string): number | undefined {
  return decimalOf(textOf(childOf(elements, name)).trim());
}

/** A leaf is its text; else its children by name, several of one name as a list, and its attributes behind `@`. */
export function jsonOfXml({ attributes, children, text }: XmlElement): JsonValue {
  if (attributes.size === 0 && children.length === 0) return bareText(text);
  // fromEntries makes own properties, of `__proto__` too
  return { ...Object.fromEntries([...attributes].map(([name, value]) => [`@${name}`, value])), ...extraOfXml(children) };
}

/** Elements that nothing else reads, by name; undefined for none. */
export function extraOfXml(elements: readonly XmlElement[]): { [key: string]: JsonValue } | undefined {
  const values = new Map<string, JsonValue[]>();
  for (const element of elements) {
    const known = values.get(element.name);
    if (known === undefined) values.set(element.name, [jsonOfXml(element)]);
    else known.push(jsonOfXml(element));
  }
  return values.size === 0 ? undefined : Object.fromEntries([...values].map(([name, list]) => [name, list.length > 1 ? list : list[0] ?? '']));
}

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const MAX_DEPTH = 24;

/** The element that `jsonOfXml` reads as `value`, indented; undefined where there is none (numbers, empty lists, names that XML has not). */
export function xmlOfJson(name: string, value: JsonValue, indent: string): string | undefined {
  if (!NAME.test(name) || indent.length > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return value === bareText(value) ? `${indent}<${name}>${xmlText(value)}</${name}>\n` : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => (Array.isArray(item) ? undefined : xmlOfJson(name, item, indent)));
    return value.length > 1 && items.every((item) => item !== undefined) ? items.join('') : undefined;
  }
  let attributes = '', children = '';
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('@') && NAME.test(key.slice(1)) && typeof item === 'string') attributes += ` ${key.slice(1)}="${xmlText(item)}"`;
    else {
      const child = xmlOfJson(key, item, `${indent} `);
      if (child === undefined) return undefined;
      children += child;
    }
  }
  return children === '' && attributes === '' ? undefined : `${indent}<${name}${attributes}>\n${children}${indent}</${name}>\n`;
}
