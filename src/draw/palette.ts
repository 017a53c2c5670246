/**
 * Colours that tell objects apart over photographs. Each key has one colour for ever: the same object is of the same colour in every run.
 *
 * Made in OKLCH: the hue of each goes on from the last by the golden angle, lightness goes 0.70, 0.60, 0.82 in turns, chroma is the largest
 * up to 0.2 that sRGB has; so any twelve neighbours of the table differ well. Kept as a table, that no arithmetic can change it.
 */
import { rgbOfHex, type Rgb } from './colour.js';

const TABLE: readonly Rgb[] = [
  'ff645f 0185da cccd09 e366d3 029393 ffb073 8d90ff 0a9c0d ffa7bb 00aee0 9c7c03 e0acff',
  '0fb89a dc4400 a2c5ff 8cae04 cd3f9b 0addf3 d88b08 8860ea 13e888 ff6171 0789c8 dac700',
  'da6ae1 04948b ffae81 7e95fe 4d9504 fea6c4 0bb0d4 a47806 d5b2ff 05ba8c de3e2d 99c8ff',
  '9ca903 c643aa 10dee7 e38403 7966f0 54e673 fe5e83 058bbc e7c103 cf6fee 069582 ffad8d',
  '6e9aff 669005 ffa3cf 01b2cb ac7303 cbb6fe 06bb7b de3a45 8ecbfe a9a402 be47b8 08e0dc',
  'ed7b08 676bf4 76e25b fd5c94 088db2 f2bb0d c474fa 019678 ffac98 5a9fff 778b00 ffa1dc',
  '0db3c1 b36e02 c2baff 0abd62 dd3859 81cefe b49f07 b54cc5 0ae2d0 fa6f06 5372f6 91de40',
  'f85ea6 078fa9 feb501 b57cff 05976c feaba1 3fa3fe 838703 ff9deb 0ab4b8 bb6805 babdff',
  '34bd42 db386c 6fd2fe be9a07 ab51d1 02e3c2 ff682f 3778f5 a9d818 f260b6 0a90a1 ffb348',
  'a785fe 06995c feaaaa 09a8fa 8d8304 fe99ff 0ab6ae c56002 b2c0ff 5bb91f d73a7d 52d6fe',
  'c79509 9f56db 10e5b2 ff664c 017eee bdd204 ea63c6 00929a feb164 998bfe 029a43 fea9b3',
  '06abeb 957f07 eca5ff 0eb7a4 d05400 aac3fe 79b300 d23c8d 03dbfd d19004 935be4 09e79f',
].flatMap((row) => row.split(' ').map(rgbOfHex));

/** How many different colours there are. */
export const PALETTE_SIZE = TABLE.length;

/** The colour of a key: an id of an annotation or category, any whole number from 0. Keys that are `PALETTE_SIZE` apart share one. */
export function paletteColour(key: number): Rgb {
  return TABLE[(key + PALETTE_SIZE - 1) % PALETTE_SIZE]!;
}
