/** CVAT's XML 1.1 of image tasks: boxes, polygons and masks with their attributes. */
import { cvatText } from './cvat-write.js';
import { readCvat } from './cvat-read.js';
import type { Format, Match, Probe } from '../format.js';

export const cvat: Format = {
  name: 'cvat',
  title: 'CVAT XML 1.1',
  detect,
  reader: { read: readCvat },
  writer: { output: 'file', extension: '.xml', hasSplits: true, write: (source, sink) => sink.put('', cvatText(source, sink)) },
};

async function detect(probe: Probe): Promise<Match> {
  if (probe.directory && !probe.names.includes('annotations.xml')) return { score: 0, reason: 'there is no annotations.xml in the folder' };
  const head = Buffer.from(probe.directory ? await probe.headOf('annotations.xml') : probe.head).toString('latin1');
  if (!/<annotations[\s>]/.test(head)) return { score: 0, reason: 'there is no XML element annotations' };
  if (/<image\s|<track\s|<meta[\s>]/.test(head)) return { score: 0.95, reason: 'the root element is annotations, with meta, images or tracks as CVAT writes them' };
  return { score: 0.4, reason: 'the root element is annotations' };
}
