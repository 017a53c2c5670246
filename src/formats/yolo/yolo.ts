/**
 * YOLO segmentation datasets: `data.yaml` and a line an object, `class x1 y1 x2 y2 ...`, one polygon in shares of the upright image's width
 * and height. A line has no holes and no parts: they are joined with bridges of no width, or holes are filled (`--holes`).
 */
import type { Format } from '../format.js';
import { detectYolo } from './yolo-detection.js';
import { readYolo } from './yolo-read.js';
import { writeYolo } from './yolo-write.js';

export const yolo: Format = {
  name: 'yolo',
  title: 'YOLO segments',
  detect: (probe) => detectYolo(probe, 'segment'),
  reader: { read: (path, options) => readYolo(path, 'segment', options) },
  writer: { output: 'folder', hasSplits: true, imagesAt: 'images', write: (source, sink, options) => writeYolo(source, 'segment', sink, options) },
};
