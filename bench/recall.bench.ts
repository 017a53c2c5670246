/**
 * Average recall of a model's automatic masks against regions that people drew (`recall.ts` says how).
 *
 *   npm run bench -- recall [--model NAME|FOLDER] [--every 5] [--data ../shared/data/bsds500-val]
 */
import { parseArgs } from 'node:util';
import { averageRecall } from './recall.js';

const { values } = parseArgs({ options: { model: { type: 'string', default: 'embedded' }, every: { type: 'string', default: '1' }, data: { type: 'string', default: '../shared/data/bsds500-val' } } });
const { images, masks, ar1000, ar100 } = await averageRecall({ model: values.model, annotations: `${values.data}/instances.json`, images: `${values.data}/images`, every: Number(values.every) });
console.log(`${values.model}: ${images} images, ${masks.toFixed(0)} masks an image, AR@1000 ${ar1000.toFixed(3)}, AR@100 ${ar100.toFixed(3)}`);
