/**
 * Pascal VOC datasets: an XML file an image with boxes (`--voc-base`), masks as pictures whose palette indices count the objects. Polygons
 * that some programs write into the XML are read and written too.
 */
import type { Format, Match, Probe } from '../format.js';
import { readVoc } from './voc-read.js';
import { writeVoc } from './voc-write.js';
import { xmlRoot } from '../xml/xml-root.js';

export const voc: Format = {
  name: 'voc',
  title: 'Pascal VOC',
  detect,
  reader: { read: readVoc },
  writer: { output: 'folder', hasSplits: true, imagesAt: 'JPEGImages', write: writeVoc },
};

async function detect(probe: Probe): Promise<Match> {
  if (!probe.directory) return isVocHead(probe.head) ? { score: 0.95, reason: 'the root element is <annotation>' } : { score: 0, reason: 'it is no XML file with a root <annotation>' };
  const files = probe.names.filter((name) => name.toLowerCase().endsWith('.xml'));
  const first = files.find((name) => name.startsWith('Annotations/')) ?? files[0];
  if (first === undefined) return { score: 0, reason: 'the folder has no XML files' };
  if (!isVocHead(await probe.headOf(first))) return { score: 0, reason: `the root element of ${first} is not <annotation>` };
  return { score: first.startsWith('Annotations/') ? 0.95 : 0.85, reason: `the root element of ${first} is <annotation>` };
}

function isVocHead(head: Uint8Array): boolean {
  return xmlRoot(head) === 'annotation';
}
