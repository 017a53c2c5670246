/** PNG folders: Meta's columns to the letter, and pixels that are the masks. */
import test from 'ava';
import { encodePngMasks, pngFolder } from '../../src/formats/png.js';
import { decodeImage } from '../../src/image/decode.js';
import { bitmaskFromRle } from '../../src/mask/rle.js';
import { generatedImage, textOf } from './generated-image.js';

const HEADER = 'id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h';

test('a folder an image: a PNG a mask from 0, and the table', async (t) => {
  const files = await encodePngMasks(generatedImage());
  t.deepEqual(files.map((file) => file.path), ['shelf/books é/0.png', 'shelf/books é/1.png', 'shelf/books é/metadata.csv']);
  t.is(pngFolder('shelf/books é.png'), 'shelf/books é');
  t.is(textOf(files[2]!.bytes), `${HEADER}\n0,4,1,1,1,1,1.5,2,0.9375,0.96875,0,0,5,4\n1,1,4,0,0,0,4.5,0.25,0.5,1,2,0,3,3\n`);
});

test('the pixels are 0 and 255, one byte each', async (t) => {
  const image = generatedImage();
  const files = await encodePngMasks(image);
  for (const [i, mask] of image.masks.entries()) {
    const bytes = files[i]!.bytes;
    t.deepEqual([bytes[24], bytes[25]], [8, 0], '8 bits, grey');
    const { data, width, height } = await decodeImage(bytes, { name: `${i}.png` });
    t.deepEqual([width, height], [5, 4]);
    t.deepEqual([...data].filter((_, at) => at % 3 === 0), [...bitmaskFromRle(mask.rle).data].map((value) => value * 255));
  }
});

test('an image without masks has the table\'s head alone', async (t) => {
  const files = await encodePngMasks({ fileName: 'a.jpg', width: 3, height: 2, masks: [] });
  t.deepEqual(files.map((file) => [file.path, textOf(file.bytes)]), [['a/metadata.csv', `${HEADER}\n`]]);
});
