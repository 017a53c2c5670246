/** What a person does in a browser with clicks, boxes and corrections is done again elsewhere by the model alone: the recorded prompts give the same masks. */
import { join } from 'node:path';
import test from 'ava';
import type { Page } from 'playwright-core';
import { replayRecording } from '../../src/engine/replay.js';
import { rleOfMask } from '../../src/engine/masks.js';
import { writeRecording } from '../../src/engine/write-recording.js';
import { packagedSite } from '../../src/annotator/site.js';
import { maskIou } from '../../src/mask/iou.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { browserTest, click, complaintsOf, drag, FRUIT, GREEN, masksOnDisk, newContext, opened, RED, said, sceneProject, spotOf } from './browser.js';
import { running } from './running.js';

if (browserTest === test.serial.skip) test('skipped: there is no Chromium here, or the page is not built', (t) => { t.pass(); });

/** Does it, and waits for the model's answer. */
async function answered(page: Page, act: () => Promise<void>): Promise<void> {
  await act();
  await said(page, /Enter accepts it/);
}

async function taken(page: Page, n: number): Promise<void> {
  await page.keyboard.press(`Alt+${n}`);
  await said(page, new RegExp(`^Mask ${n} of 3`));
}

async function accepted(page: Page): Promise<void> {
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
}

/** Looks at the mask at a spot. */
async function pointsAt(page: Page, x: number, y: number, name: string): Promise<void> {
  const at = await spotOf(page, FRUIT, x, y);
  await page.mouse.move(at.x, at.y);
  await page.locator('#about-title').filter({ hasText: name }).waitFor();
}

/** Takes the mask at a spot into work. */
async function corrects(page: Page, x: number, y: number): Promise<void> {
  await pointsAt(page, x, y, 'fruit');
  await page.keyboard.press('e');
  await said(page, /^Correct it/);
}

browserTest('masks made and corrected in a browser are made again from their recorded prompts', async (t) => {
  const folder = await sceneProject(t), { origin, token, stop } = await running(t, folder, { site: await packagedSite() });
  const context = await newContext(t), complaints = complaintsOf(context), page = await opened(context, `${origin}/#t=${token}`);
  // not what the model would have taken of itself, then against its neighbour
  await answered(page, () => click(page, FRUIT, ...RED));
  await taken(page, 3);
  await answered(page, () => click(page, FRUIT, ...GREEN, 'Shift'));
  await accepted(page);
  // another class asks the model nothing
  await pointsAt(page, ...RED, 'thing');
  await page.keyboard.press('Shift+Digit2');
  await said(page, /^Class changed to fruit/);
  // a correction begins with the mask that is there
  await corrects(page, ...RED);
  await answered(page, () => click(page, FRUIT, 60, 100, 'Shift'));
  await answered(page, () => click(page, FRUIT, 90, 135));
  await accepted(page);
  // and so does one of that, with another of its masks, and what is painted on top
  await corrects(page, 90, 135);
  await answered(page, () => click(page, FRUIT, 60, 100));
  await taken(page, 2);
  await page.keyboard.press('t');
  await drag(page, FRUIT, [[20, 20], [60, 20]]);
  await accepted(page);
  await page.keyboard.press('h');
  await page.keyboard.press('r');
  await answered(page, () => drag(page, FRUIT, [[96, 110], [120, 130], [160, 176]]));
  await taken(page, 2);
  await page.keyboard.press('c');
  await answered(page, () => click(page, FRUIT, ...GREEN));
  await accepted(page);
  await stop();
  t.deepEqual(complaints, []);
  const file = join(await temporaryFolder(t), 'work.jsonl'), other = await sceneProject(t);
  await writeRecording({ folder, output: file, force: false, dryRun: false });
  t.like(await replayRecording({ folder: other, recording: file, replayMasks: 'decoded', env: {} }, Date.now()), { masks: 5, failed: 0 });
  const [made, again] = [await masksOnDisk(folder), await masksOnDisk(other)];
  t.deepEqual(again.map(({ status }) => status), made.map(({ status }) => status));
  t.is(made.length, 5);
  for (const [i, mask] of made.entries()) t.true(maskIou([rleOfMask(mask)], [rleOfMask(again[i]!)])[0]! > 0.99, `mask ${i + 1}`);
  // else nothing was corrected
  for (const i of [2, 3]) t.true(maskIou([rleOfMask(made[i]!)], [rleOfMask(made[i - 1]!)])[0]! < 0.97, `correction ${i}`);
});
