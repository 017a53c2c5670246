/** SA-1B files to the letter, and the names that all outputs of an image share. */
import test from 'ava';
import { pathStem } from '../../../src/formats/generated.js';
import { encodeSa1b, sa1bImageId, sa1bPath } from '../../../src/formats/sa1b/sa1b-encode.js';
import { generatedImage, textOf } from '../generated-image.js';

test('a file to the letter: Meta\'s boxes, one annotation a line, ids from 1', (t) => {
  const [file, ...others] = encodeSa1b(generatedImage());
  t.deepEqual(others, []);
  t.is(file!.path, 'shelf/books é.json');
  t.is(textOf(file!.bytes), [
    '{"image": {"image_id":214783017629150,"width":5,"height":4,"file_name":"shelf/books é.png"}, "annotations": [',
    '{"id":1,"segmentation":{"size":[4,5],"counts":"52207"},"bbox":[1,1,1,1],"area":4,"predicted_iou":0.9375,"stability_score":0.96875,"crop_box":[0,0,5,4],"point_coords":[[1.5,2]]},',
    '{"id":2,"segmentation":{"size":[4,5],"counts":"`013"},"bbox":[4,0,0,0],"area":1,"predicted_iou":0.5,"stability_score":1,"crop_box":[2,1,3,3],"point_coords":[[4.5,0.25]]}',
    ']}',
    '',
  ].join('\n'));
});

test('an image without masks has an empty list', (t) => {
  const [file] = encodeSa1b({ fileName: 'a.jpg', width: 7, height: 3, masks: [] });
  t.is(textOf(file!.bytes), '{"image": {"image_id":88626872861095,"width":7,"height":3,"file_name":"a.jpg"}, "annotations": []}\n');
});

test('the image\'s id is the first 48 bits of its name\'s SHA-256', (t) => {
  // printf a.jpg | sha256sum: 509b0d4641a7...
  t.is(sa1bImageId('a.jpg'), 0x509b0d4641a7);
  t.not(sa1bImageId('b/a.jpg'), sa1bImageId('a.jpg'));
});

test('outputs are named after the image without its last extension', (t) => {
  t.is(pathStem('a/b.jpg'), 'a/b');
  t.is(pathStem('a.b/c.tar.png'), 'a.b/c.tar');
  t.is(pathStem('a.b/c'), 'a.b/c');
  t.is(pathStem('.png'), '.png', 'a name that is all extension');
  t.is(pathStem('a/.png'), 'a/.png');
  t.is(pathStem('a/x.'), 'a/x');
  t.is(sa1bPath('a/b.jpg'), 'a/b.json');
});
