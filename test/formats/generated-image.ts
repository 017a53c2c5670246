/** A small generated image for the writers: two drawn masks with every value that a record has. */
import type { GeneratedImage } from '../../src/formats/generated.js';
import { boxFromRle, rleArea } from '../../src/mask/rle.js';
import { rleOf } from '../mask/drawn.js';

export function generatedImage(fileName = 'shelf/books é.png'): GeneratedImage {
  const square = rleOf(
    '.....',
    '.##..',
    '.##..',
    '.....',
  );
  const corner = rleOf(
    '....#',
    '.....',
    '.....',
    '.....',
  );
  return {
    fileName, width: 5, height: 4,
    masks: [
      { rle: square, area: rleArea(square), box: boxFromRle(square)!, predictedIou: 0.9375, stabilityScore: 0.96875, pointCoords: [[1.5, 2]], cropBox: { x0: 0, y0: 0, x1: 5, y1: 4 } },
      { rle: corner, area: rleArea(corner), box: boxFromRle(corner)!, predictedIou: 0.5, stabilityScore: 1, pointCoords: [[4.5, 0.25]], cropBox: { x0: 2, y0: 1, x1: 5, y1: 4 } },
    ],
  };
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
