/**
 * VOC's boxes. Base one is the devkit's: pixels count from 1 and the last is inside, so that only the minima shift (xmin - 1, xmax) to a
 * half-open box. Base zero is what programs write that shift nothing.
 */
import type { Box } from '../../geometry/box.js';
import { pixels } from '../pixel-number.js';
import { numberIn } from './voc-xml.js';
import type { XmlElement } from '../xml/xml-stream.js';

export type VocBase = 'one' | 'zero';

/** What a base takes off coordinates of minima and of vertices. */
export function offsetOf(base: VocBase): 0 | 1 {
  return base === 'one' ? 1 : 0;
}

/** The box of a `bndbox`, half-open; undefined where it is not four finite numbers. */
export function boxOfXml(bndbox: XmlElement | undefined, base: VocBase): Box | undefined {
  if (bndbox === undefined) return undefined;
  const [xmin, ymin, xmax, ymax] = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => numberIn(bndbox.children, name));
  if (xmin === undefined || ymin === undefined || xmax === undefined || ymax === undefined) return undefined;
  return { x0: pixels(xmin - offsetOf(base)), y0: pixels(ymin - offsetOf(base)), x1: xmax, y1: ymax };
}

/** `bndbox`, as `boxOfXml` reads it. */
export function xmlOfBox({ x0, y0, x1, y1 }: Box, base: VocBase, indent: string): string {
  const side = (name: string, value: number): string => `${indent}  <${name}>${value}</${name}>\n`;
  const offset = offsetOf(base);
  return `${indent}<bndbox>\n${side('xmin', pixels(x0 + offset))}${side('ymin', pixels(y0 + offset))}${side('xmax', x1)}${side('ymax', y1)}${indent}</bndbox>\n`;
}
