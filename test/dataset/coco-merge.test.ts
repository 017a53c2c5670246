/** Merging COCO records: what is checked before, and what comes out. */
import test from 'ava';
import { cocoInstances, mergeCoco, type JsonRecord } from '../../src/dataset/coco-merge.js';

const day = {
  info: { year: 2024 },
  images: [{ id: 7, file_name: 'b.jpg', width: 4, height: 3, camera: 'left' }, { id: 9, file_name: 'a.jpg', width: 4, height: 3 }],
  annotations: [
    { id: 100, image_id: 7, category_id: 2, bbox: [0, 0, 1, 1], note: 'first' },
    { id: 101, image_id: 9, category_id: 5, bbox: [1, 1, 1, 1] },
    { id: 102, image_id: 7, category_id: 5, bbox: [2, 0, 1, 1] },
  ],
  categories: [{ id: 2, name: 'cat', supercategory: 'animal' }, { id: 5, name: 'dog', supercategory: 'animal' }],
};
const night = {
  images: [{ id: 7, file_name: 'Z.jpg', width: 2, height: 2 }],
  annotations: [{ id: 100, image_id: 7, category_id: 1, bbox: [0, 0, 2, 2] }, { id: 101, image_id: 7, category_id: 2, bbox: [0, 0, 1, 2] }],
  categories: [{ id: 1, name: 'dog', supercategory: 'pet' }, { id: 2, name: 'owl' }],
};

test('images by name, ids from 1, categories of one name become one, other keys stay', (t) => {
  t.deepEqual(mergeCoco([cocoInstances(day, 'day.json'), cocoInstances(night, 'night.json')]), {
    images: [
      { id: 1, file_name: 'Z.jpg', width: 2, height: 2 },
      { id: 2, file_name: 'a.jpg', width: 4, height: 3 },
      { id: 3, file_name: 'b.jpg', width: 4, height: 3, camera: 'left' },
    ],
    annotations: [
      { id: 1, image_id: 1, category_id: 2, bbox: [0, 0, 2, 2] },
      { id: 2, image_id: 1, category_id: 3, bbox: [0, 0, 1, 2] },
      { id: 3, image_id: 2, category_id: 2, bbox: [1, 1, 1, 1] },
      { id: 4, image_id: 3, category_id: 1, bbox: [0, 0, 1, 1], note: 'first' },
      { id: 5, image_id: 3, category_id: 2, bbox: [2, 0, 1, 1] },
    ],
    categories: [{ id: 1, name: 'cat', supercategory: 'animal' }, { id: 2, name: 'dog', supercategory: 'animal' }, { id: 3, name: 'owl' }],
  });
});

test('names are ordered by their bytes, not by UTF-16', (t) => {
  const names = ['\u{1f600}.jpg', '\uff5e.jpg', 'é.jpg', 'z.jpg', 'a/b.jpg', 'a.jpg'];
  const file = { images: names.map((file_name, id) => ({ id, file_name })), annotations: [], categories: [] };
  t.deepEqual(mergeCoco([cocoInstances(file, 'x.json')]).images.map((image) => image['file_name']), ['a.jpg', 'a/b.jpg', 'z.jpg', 'é.jpg', '\uff5e.jpg', '\u{1f600}.jpg']);
});

test('merging changes no input', (t) => {
  const before = structuredClone([day, night]);
  mergeCoco([cocoInstances(day, 'day.json'), cocoInstances(night, 'night.json')]);
  t.deepEqual([day, night], before);
});

test('two categories of one name in one file become one', (t) => {
  const file = { images: [{ id: 1, file_name: 'a' }], annotations: [1, 2].map((category_id) => ({ image_id: 1, category_id })), categories: [{ id: 1, name: 'cat' }, { id: 2, name: 'cat' }] };
  const { annotations, categories } = mergeCoco([cocoInstances(file, 'x.json')]);
  t.deepEqual(annotations.map((a) => a['category_id']), [1, 1]);
  t.deepEqual(categories, [{ id: 1, name: 'cat' }]);
});

test('nothing to merge', (t) => {
  t.deepEqual(mergeCoco([]), { images: [], annotations: [], categories: [] });
});

test('one image in two files is refused, naming both', (t) => {
  const again = { ...night, images: [{ id: 7, file_name: 'a.jpg' }] };
  t.throws(() => mergeCoco([cocoInstances(day, 'day.json'), cocoInstances(again, 'again.json')]), {
    code: 'data/coco', message: 'The image "a.jpg" stands in day.json and in again.json; merged files hold each image once.',
  });
});

const image = { id: 1, file_name: 'a.jpg' }, category = { id: 1, name: 'cat' };
const annotation = { image_id: 1, category_id: 1 };
const file = (changes: JsonRecord): JsonRecord => ({ images: [image], annotations: [annotation], categories: [category], ...changes });

const REFUSED: [string, unknown, string | undefined, string][] = [
  ['a list', [], undefined, 'Expected an object with images, annotations and categories, found [].'],
  ['null', null, undefined, 'Expected an object with images, annotations and categories, found null.'],
  ['no images', { annotations: [], categories: [] }, 'images', 'Expected a list, found nothing.'],
  ['annotations no list', file({ annotations: {} }), 'annotations', 'Expected a list, found {}.'],
  ['no categories', { images: [], annotations: [] }, 'categories', 'Expected a list, found nothing.'],
  ['an image no object', file({ images: [image, 'b.jpg'] }), 'images[1]', 'Expected an object, found "b.jpg".'],
  ['an annotation a list', file({ annotations: [annotation, [1]] }), 'annotations[1]', 'Expected an object, found [1].'],
  ['a category null', file({ categories: [null] }), 'categories[0]', 'Expected an object, found null.'],
  ['an image without id', file({ images: [image, { file_name: 'b.jpg' }] }), 'images[1].id', 'Expected a whole number, found nothing.'],
  ['an id that is text', file({ images: [{ ...image, id: '1' }] }), 'images[0].id', 'Expected a whole number, found "1".'],
  ['an id that is no whole number', file({ images: [{ ...image, id: 1.5 }] }), 'images[0].id', 'Expected a whole number, found 1.5.'],
  ['an id above 2^53', file({ categories: [{ ...category, id: 2 ** 53 }] }), 'categories[0].id', 'Expected a whole number, found 9007199254740992.'],
  ['an image without name', file({ images: [{ id: 1 }] }), 'images[0].file_name', 'Expected a text, found nothing.'],
  ['a category without name', file({ categories: [category, { id: 2, name: 3 }] }), 'categories[1].name', 'Expected a text, found 3.'],
  ['two images of one id', file({ images: [image, { ...image, file_name: 'b.jpg' }] }), 'images[1].id', 'Expected an id that no other record has, found 1.'],
  ['two categories of one id', file({ categories: [category, { id: 1, name: 'dog' }] }), 'categories[1].id', 'Expected an id that no other record has, found 1.'],
  ['an annotation of no image', file({ annotations: [annotation, { image_id: 8, category_id: 1 }] }), 'annotations[1].image_id', 'Expected the id of an image of the file, found 8.'],
  ['an annotation of no category', file({ annotations: [{ image_id: 1, category_id: 0 }] }), 'annotations[0].category_id', 'Expected the id of a category of the file, found 0.'],
  ['an annotation without category', file({ annotations: [{ image_id: 1 }] }), 'annotations[0].category_id', 'Expected the id of a category of the file, found nothing.'],
  ['a long value', file({ images: [{ ...image, file_name: ['x'.repeat(100)] }] }), 'images[0].file_name', `Expected a text, found ["${'x'.repeat(55)}....`],
];

for (const [name, value, record, message] of REFUSED) {
  test(`refused with its place: ${name}`, (t) => {
    const error = t.throws(() => cocoInstances(value, 'odd.json'), { code: 'data/coco', message });
    t.deepEqual('file' in error && 'record' in error && [error.file, error.record], ['odd.json', record]);
  });
}
