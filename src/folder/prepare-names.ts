/**
 * What prepared files are called: one flat folder for pictures, one for masks, one name for an object in both, such that HQ-SAM's rule
 * (everything before the first ".jpg" of a name, hidden files never listed) finds each mask again.
 */
import { pathStem } from '../formats/generated.js';

/** `a/b.jpg`, 7 -> `a_b-7`: unique because annotation ids are. */
export function preparedName(fileName: string, annotationId: number): string {
  const flat = pathStem(fileName).replaceAll('/', '_').replace(/\.jpg/gi, '_jpg').replace(/^\./, '_');
  return `${flat}-${annotationId}`;
}

/** An object of HQ-SAM's layout: `im/*.jpg` and `gt/*.png`. */
export function pairPaths(name: string): { image: string; mask: string } {
  return { image: `im/${name}.jpg`, mask: `gt/${name}.png` };
}

/** Sample k of an object, from 0: pixels without loss, and its prompt. */
export function samplePaths(name: string, k: number): { image: string; mask: string; prompt: string } {
  const sample = `${name}-${k}`;
  return { image: `im/${sample}.png`, mask: `gt/${sample}.png`, prompt: `prompt/${sample}.json` };
}
