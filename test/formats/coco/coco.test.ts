/** COCO instances: the contract, and the traps that files of other programs hold. */
import { formatContract, type HostileInput } from '../../contracts/format.js';
import { coco } from '../../../src/formats/coco/coco.js';

const CATEGORIES = '"categories":[{"id":1,"name":"cat"}]';
const IMAGES = '"images":[{"id":1,"file_name":"a.png","width":12,"height":10}]';
/** One good annotation, which lenient reading keeps, and one that is wrong. */
const beside = (wrong: string): string => `{${IMAGES},\n"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2]},\n${wrong}],\n${CATEGORIES}}`;
const annotation = (rest: string): string => beside(`{"id":2,"image_id":1,"category_id":1,${rest}}`);

function file(name: string, text: string | Uint8Array, code: string, leaves: HostileInput['leaves'] = 1): HostileInput {
  return { name, files: { 'annotations.json': text }, code, leaves };
}

formatContract({
  format: coco,
  fileName: 'annotations.json',
  losses: { split: ['splits'] },
  hostile: [
    file('a number that is NaN', annotation('"bbox":[NaN,1,2,2]'), 'json/syntax'),
    file('a box with Infinity as 1e999', annotation('"bbox":[1e999,1,2,2]'), 'box/invalid'),
    file('a box that ends beyond every number', annotation('"bbox":[1e308,1,1e308,2]'), 'box/invalid'),
    file('a box of three numbers', annotation('"bbox":[1,1,2]'), 'box/invalid'),
    file('a box of texts', annotation('"bbox":["1","1","2","2"]'), 'box/invalid'),
    file('a box of booleans', annotation('"bbox":[true,true,true,true]'), 'box/invalid'),
    file('a box of negative width', annotation('"bbox":[5,5,-2,2]'), 'box/negative-size'),
    file('a polygon of 4 numbers', annotation('"segmentation":[[1,1,5,5]]'), 'polygon/short'),
    file('a polygon of 5 numbers', annotation('"segmentation":[[1,1,5,5,6]]'), 'polygon/odd'),
    file('an empty polygon', annotation('"segmentation":[[]]'), 'polygon/short'),
    file('polygons one level too shallow', annotation('"segmentation":[1,1,5,1,5,5]'), 'polygon/nesting'),
    file('polygons one level too deep', annotation('"segmentation":[[[1,1],[5,1],[5,5]]]'), 'polygon/nesting'),
    file('a polygon with a text', annotation('"segmentation":[[1,1,5,1,5,"5"]]'), 'polygon/invalid'),
    file('a segmentation that is a text', annotation('"segmentation":"abc"'), 'segmentation/invalid'),
    file('a mask of swapped size', annotation('"segmentation":{"size":[12,10],"counts":[120]}'), 'size/mismatch'),
    file('a mask of another size', annotation('"segmentation":{"size":[5,5],"counts":[25]}'), 'size/mismatch'),
    file('a mask without size', annotation('"segmentation":{"counts":[120]}'), 'rle/invalid'),
    file('runs that sum to less', annotation('"segmentation":{"size":[10,12],"counts":[5,5]}'), 'rle/sum'),
    file('runs that sum to more', annotation('"segmentation":{"size":[10,12],"counts":[5,500]}'), 'rle/sum'),
    file('a run of 2^40', annotation('"segmentation":{"size":[10,12],"counts":[5,1099511627776]}'), 'rle/sum'),
    file('a negative run', annotation('"segmentation":{"size":[10,12],"counts":[-5,125]}'), 'rle/invalid'),
    file('a run of a half', annotation('"segmentation":{"size":[10,12],"counts":[0.5,119.5]}'), 'rle/invalid'),
    file('a mask text with characters that no encoder writes', annotation('"segmentation":{"size":[10,12],"counts":"!!"}'), 'rle/invalid'),
    file('a mask text that ends inside a value', annotation('"segmentation":{"size":[10,12],"counts":"oo"}'), 'rle/invalid'),
    file('a mask text of another mask', annotation('"segmentation":{"size":[10,12],"counts":"5"}'), 'rle/sum'),
    file('counts that are an object', annotation('"segmentation":{"size":[10,12],"counts":{}}'), 'rle/invalid'),
    file('a negative area', annotation('"bbox":[1,1,2,2],"area":-1'), 'area/invalid'),
    file('an area that is a text', annotation('"bbox":[1,1,2,2],"area":"4"'), 'area/invalid'),
    file('a score that is a text', annotation('"bbox":[1,1,2,2],"score":"0.5"'), 'score/invalid'),
    file('a crowd mark of 2', annotation('"bbox":[1,1,2,2],"iscrowd":2'), 'crowd/invalid'),
    file('a key with a number too large for a double', annotation('"bbox":[1,1,2,2],"own":{"deep":[1e999]}'), 'number/overflow'),
    file('a record 70 levels deep', annotation(`"bbox":[1,1,2,2],"own":${'['.repeat(70)}${']'.repeat(70)}`), 'json/depth'),
    file('an annotation that is a list', beside('[]'), 'json/record'),
    file('an annotation that is null', beside('null'), 'json/record'),
    file('an id that is a text', beside('{"id":"2","image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'id/invalid'),
    file('an id of 2^53', beside('{"id":9007199254740993,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'id/invalid'),
    file('an id of a half', beside('{"id":1.5,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'id/invalid'),
    file('a negative id', beside('{"id":-2,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'id/invalid'),
    file('no id', beside('{"image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'id/invalid'),
    file('the same id twice', beside('{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'id/duplicate', 2),
    file('an image that does not exist', beside('{"id":2,"image_id":7,"category_id":1,"bbox":[1,1,2,2]}'), 'image/unknown'),
    file('a category that does not exist', beside('{"id":2,"image_id":1,"category_id":7,"bbox":[1,1,2,2]}'), 'category/unknown'),
    file('an image_id that is true', beside('{"id":2,"image_id":true,"category_id":1,"bbox":[1,1,2,2]}'), 'id/invalid'),
    file('a comment inside a record', beside('{"id":2 /* no */,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}'), 'json/syntax'),
    file('bytes that are no UTF-8', Buffer.from(beside('{"id":2,"image_id":1,"category_id":1,"bbox":[1,1,2,2],"x":"\u00e9"}'), 'latin1'), 'json/syntax'),
    file('a comma after the last annotation', beside('{"id":2,"image_id":1,"category_id":1,"bbox":[1,1,2,2]},'), 'json/comma', 2),
    file('a comma after the last list', `{${IMAGES},"annotations":[],${CATEGORIES},}`, 'json/comma', 0),
    file('two lists of annotations', `{${IMAGES},"annotations":[{"id":5,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}],"annotations":[],${CATEGORIES}}`, 'json/duplicate-key', 0),
    file('a byte order mark', `\ufeff${beside('{"id":2,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}')}`, 'json/byte-order-mark', 2),
    file('two images of one id', `{"images":[{"id":1,"file_name":"a.png","width":12,"height":10},{"id":1,"file_name":"b.png","width":12,"height":10}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}],${CATEGORIES}}`, 'id/duplicate'),
    file('two categories of one id', `{${IMAGES},"annotations":[],"categories":[{"id":1,"name":"cat"},{"id":1,"name":"dog"}]}`, 'id/duplicate', 0),
    file('a category without name', `{${IMAGES},"annotations":[],"categories":[{"id":1}]}`, 'category/invalid', 0),
    ...[['leads out', '../a.png'], ['leads out with backslashes', 'x\\\\..\\\\..\\\\a.png'], ['is absolute', '/etc/passwd'], ['names a drive', 'C:\\\\a.png'], ['names a server', '\\\\\\\\host\\\\a.png'],
      ['is a URL', 'https://host/a.png'], ['holds NUL', 'a\\u0000.png'], ['is empty', '']].map(([what, name]) =>
      file(`a file name that ${what}`, `{"images":[{"id":1,"file_name":"${name}","width":12,"height":10}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}],${CATEGORIES}}`, 'path/outside', 0)),
    ...[['0', '0'], ['-12', '-12'], ['"12"', 'a text'], ['12.5', '12.5'], ['true', 'true'], ['1e999', 'infinite']].map(([width, what]) =>
      file(`a width that is ${what}`, `{"images":[{"id":1,"file_name":"a.png","width":${width},"height":10}],"annotations":[{"id":1,"image_id":1,"category_id":1}],${CATEGORIES}}`, 'image/invalid', 0)),
    file('an image too large for a mask', `{"images":[{"id":1,"file_name":"a.png","width":100000,"height":100000}],"annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":{"size":[100000,100000],"counts":[10000000000]}}],${CATEGORIES}}`, 'rle/invalid', 0),
    file('an empty file', '', 'data/json', 'refused'),
    file('UTF-16', Buffer.from(`\ufeff${annotation('"bbox":[1,1,2,2]')}`, 'utf16le'), 'data/json', 'refused'),
    file('UTF-16 without a mark', Buffer.from(annotation('"bbox":[1,1,2,2]'), 'utf16le'), 'data/json', 'refused'),
    file('a file that was cut off', annotation('"bbox":[1,1,2,2]').slice(0, 150), 'data/json', 'refused'),
    file('a file cut inside a text', `{${IMAGES},"info":{"note":"abc`, 'data/json', 'refused'),
    file('a second document', `${annotation('"bbox":[1,1,2,2]')}\n{}`, 'data/json', 'refused'),
    file('a comment at the top', `// mine\n${annotation('"bbox":[1,1,2,2]')}`, 'data/json', 'refused'),
    file('brackets without end', `{"images":${'['.repeat(200_000)}`, 'data/json', 'refused'),
    file('no comma between lists', `{${IMAGES} "annotations":[]}`, 'data/json', 'refused'),
    file('keys without quotes', '{images:[]}', 'data/json', 'refused'),
    file('a document that is a list', '[{"image_id":1,"category_id":1,"bbox":[1,1,2,2],"score":0.5}]', 'data/coco', 'refused'),
    file('a document that is a number', '12', 'data/coco', 'refused'),
    file('no images', `{"annotations":[],${CATEGORIES}}`, 'data/coco', 'refused'),
    file('annotations but no categories', `{${IMAGES},"annotations":[{"id":1,"image_id":1,"category_id":1}]}`, 'data/coco', 'refused'),
    file('annotations that are an object', `{${IMAGES},"annotations":{"1":{}},${CATEGORIES}}`, 'data/coco', 'refused'),
  ],
});
