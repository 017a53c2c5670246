/**
 * A child process for the crash tests: opens the project named in its argument and works as a server does, accepting masks, correcting them and claiming images, and says each
 * on stdout when it is saved. It goes on (for 30,000 masks) until it is killed or the disk is full.
 */
import { writeSync } from 'node:fs';
import { claimNext } from '../../src/engine/claims.js';
import { visitImage } from '../../src/engine/images.js';
import { addMask } from '../../src/engine/masks.js';
import { openProject } from '../../src/engine/project.js';
import { correctMask } from '../../src/engine/verdicts.js';
import { isSamError } from '../../src/errors.js';
import { boxMask, NOW } from './scenes.js';

const project = await openProject(process.argv[2] ?? '', 'write');
const say = (text: string): void => void writeSync(1, `${text}\n`);
say('open');
try {
  for (let i = 0; i < 30_000; i++) {
    const image = claimNext(project, { annotator: 'ann', token: 'tab' }, { milliseconds: 1000 }, NOW + 2000 * i)?.image;
    const imageId = image?.id ?? 1 + (i % 4);
    const mask = addMask(project, { imageId, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'ann', rle: boxMask(i % 30, i % 20, 40, 40), prompts: { n: i, text: 'x'.repeat(300) } }, NOW + i);
    say(`mask ${mask.id} accepted`);
    if (i % 3 === 0) {
      const next = correctMask(project, { maskId: mask.id, revision: mask.revision, annotator: 'ann' }, { rle: boxMask(1, 1, 30, 30) }, NOW + i);
      say(`mask ${mask.id} superseded`);
      say(`mask ${next.id} accepted`);
    }
    if (i % 10 === 9) visitImage(project, { imageId, outcome: i % 20 === 9 ? 'done' : 'todo', annotator: 'ann' }, NOW + i);
  }
} catch (error) {
  if (!isSamError(error)) throw error;
  say(`${error.code}: ${error.message}`);
  await project.close().catch(() => undefined);
  process.exitCode = error.exitCode;
}
