/** YOLO detection datasets: `data.yaml` and a line a box, `class cx cy w h [score]`, in shares of the upright image's width and height. */
import type { Format } from '../format.js';
import { detectYolo } from './yolo-detection.js';
import { readYolo } from './yolo-read.js';
import { writeYolo } from './yolo-write.js';

export const yoloDetect: Format = {
  name: 'yolo-detect',
  title: 'YOLO boxes',
  detect: (probe) => detectYolo(probe, 'detect'),
  reader: { read: (path, options) => readYolo(path, 'detect', options) },
  writer: { output: 'folder', hasSplits: true, imagesAt: 'images', write: (source, sink, options) => writeYolo(source, 'detect', sink, options) },
};
