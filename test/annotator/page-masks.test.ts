/** A person makes masks in a browser, with the real server: boxes, clicks, candidates, brush, eraser, outline, undo, classes, and what the disk then has. */
import test from 'ava';
import { maskIou } from '../../src/mask/iou.js';
import { rleFromBox, rleFromPolygon } from '../../src/mask/polygon-fill.js';
import { mergeRle } from '../../src/mask/merge.js';
import { rleArea, type Rle } from '../../src/mask/rle.js';
import { dedupeProject } from '../../src/engine/dedupe.js';
import { addMask, rleOfMask } from '../../src/engine/masks.js';
import { openProject, withProject } from '../../src/engine/project.js';
import { packagedSite } from '../../src/annotator/site.js';
import { browserTest, click, complaintsOf, drag, FRUIT, GREEN, masksOnDisk, newContext, opened, RED, said, sceneProject, spotOf } from './browser.js';
import { running } from './running.js';

const iouOf = (a: Rle, b: Rle): number => maskIou([a], [b])[0]!;
const within = (mask: Rle, box: Rle): number => rleArea(mergeRle([mask, box], 'intersection')) / rleArea(mask);

if (browserTest === test.serial.skip) test('skipped: there is no Chromium here, or the page is not built', (t) => { t.pass(); });

browserTest('a box is drawn, its mask lies in it, and both are saved', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const context = await newContext(t), complaints = complaintsOf(context), page = await opened(context, `${origin}/#t=${token}`);
  await page.keyboard.press('r');
  await drag(page, FRUIT, [[20, 66], [75, 100], [130, 172]]);
  await said(page, /^A mask of [\d,]+ pixels, score \d+ %\. Enter accepts it\./);
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const [mask] = await masksOnDisk(folder);
  t.like(mask, { status: 'accepted', annotator: 'ann', categoryId: 1 });
  const [prompt] = mask!.prompts as { kind: string; x0: number; y0: number; x1: number; y1: number }[];
  t.is(prompt?.kind, 'box');
  for (const [side, expected] of [['x0', 20], ['y0', 66], ['x1', 130], ['y1', 172]] as const) t.true(Math.abs(prompt![side] - expected) < 1, side);
  t.true(within(rleOfMask(mask!), rleFromBox({ x0: 15, y0: 60, x1: 135, y1: 178 }, FRUIT)) > 0.8);
  t.deepEqual(complaints, []);
});

browserTest('clicks for and against, candidates by key, undo and redo', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await click(page, FRUIT, ...RED);
  await said(page, /Enter accepts it/);
  t.is(await page.locator('#candidates button').count(), 3);
  for (const n of [3, 1, 2]) {
    await page.keyboard.press(`Alt+${n}`);
    await said(page, new RegExp(`^Mask ${n} of 3, score \\d+ %`));
    t.is(await page.locator('#candidates button[aria-checked=true]').count(), 1);
  }
  const second = await page.locator('#candidates button').nth(1).locator('b').textContent();
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const [first] = await masksOnDisk(folder);
  t.is(second, `${Math.round(100 * first!.predictedIou!)} %`, 'the candidate that was chosen is the one that is saved');
  await page.keyboard.press('h');
  await click(page, FRUIT, ...GREEN);
  await said(page, /Enter accepts it/);
  await click(page, FRUIT, 75, 120, 'Shift');
  await said(page, /Enter accepts it/);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  t.true(await page.locator('[data-do=accept]').isDisabled(), 'all is undone');
  await page.keyboard.press('Control+y');
  await page.keyboard.press('Control+Shift+z');
  // what is said is still of the mask before
  await page.locator('[data-do=accept]:enabled').waitFor();
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const labels = ((await masksOnDisk(folder))[1]!.prompts as { label: number }[]).map(({ label }) => label);
  t.deepEqual(labels, [1, 0]);
  await page.keyboard.press('Control+z');
  await said(page, /^Taken back/);
  t.deepEqual((await masksOnDisk(folder)).map(({ status }) => status), ['accepted', 'rejected'], 'also what was saved is taken back');
});

browserTest('a mask that was set aside for another is there at once when that is rejected, and gone when that is taken back', async (t) => {
  const folder = await sceneProject(t), ball = rleFromBox({ x0: 40, y0: 90, x1: 110, y1: 150 }, FRUIT);
  await withProject(folder, 'write', (project) => {
    for (const stage of ['assisted-manual', 'fully-automatic'] as const) addMask(project, { imageId: 1, categoryId: stage === 'assisted-manual' ? 1 : 2, stage, status: 'accepted', annotator: stage === 'assisted-manual' ? 'ann' : null, rle: ball }, 1);
    dedupeProject(project, { iou: 0.9, containment: 0.9, perCategory: false }, 2);
  });
  const { origin, token } = await running(t, folder, { site: await packagedSite() }), context = await newContext(t), complaints = complaintsOf(context), page = await opened(context, `${origin}/#t=${token}`);
  const at = await spotOf(page, FRUIT, ...RED), statuses = async (): Promise<string[]> => (await masksOnDisk(folder)).map(({ status }) => status);
  t.is(await page.locator('#masks').textContent(), '1 mask');
  await page.mouse.move(at.x, at.y);
  await page.keyboard.press('x');
  await said(page, /^Rejected\. A mask that it had stood for is back\./);
  t.is(await page.locator('#masks').textContent(), '1 mask');
  t.deepEqual(await statuses(), ['rejected', 'accepted']);
  await page.keyboard.press('Control+z');
  await said(page, /^Taken back/);
  t.is(await page.locator('#masks').textContent(), '1 mask');
  t.deepEqual(await statuses(), ['accepted', 'duplicate']);
  await page.keyboard.press('Control+Shift+z');
  await said(page, /^Done again/);
  // it can be pointed at and judged, as nothing could that is only on the disk
  await page.mouse.move(at.x + 2, at.y);
  await page.keyboard.press('x');
  await said(page, /^Rejected\.$/);
  t.is(await page.locator('#masks').textContent(), '0 masks');
  t.deepEqual(await statuses(), ['rejected', 'rejected']);
  t.deepEqual(complaints, []);
});

browserTest('brush, eraser and outline, without the model', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await page.keyboard.press('t');
  await drag(page, FRUIT, [[40, 40], [120, 40]]);
  await page.keyboard.press('y');
  await drag(page, FRUIT, [[80, 20], [80, 60]]);
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const [painted] = await masksOnDisk(folder);
  t.deepEqual((painted!.prompts as { kind: string }[]).map(({ kind }) => kind), ['brush', 'eraser']);
  const isPainted = (x: number, y: number): boolean => within(rleFromBox({ x0: x, y0: y, x1: x + 1, y1: y + 1 }, FRUIT), rleOfMask(painted!)) === 1;
  t.deepEqual([isPainted(45, 40), isPainted(80, 40), isPainted(115, 40)], [true, false, true]);
  t.is(painted!.modelId, null);
  await page.keyboard.press('g');
  for (const [x, y] of [[160, 60], [240, 60], [240, 140], [160, 140]] as const) await click(page, FRUIT, x, y);
  // a corner too many is taken back, and not the mask that was saved before
  await click(page, FRUIT, 100, 180);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const square = (await masksOnDisk(folder))[1]!;
  t.true(iouOf(rleOfMask(square), rleFromPolygon([160, 60, 240, 60, 240, 140, 160, 140], FRUIT)) > 0.97);
  // a corner of a mask that is there is moved
  await page.keyboard.press('c');
  await click(page, FRUIT, 200, 80);
  await said(page, /^Correct it/);
  await page.keyboard.press('g');
  await drag(page, FRUIT, [[240, 140], [200, 100]]);
  await page.keyboard.press('Enter');
  await page.locator('#masks').filter({ hasText: '2 masks' }).waitFor();
  await said(page, /^Saved/);
  const moved = (await masksOnDisk(folder)).find(({ supersedes }) => supersedes === square.id)!;
  t.true(iouOf(rleOfMask(moved), rleFromPolygon([160, 60, 240, 60, 200, 100, 160, 140], FRUIT)) > 0.95);
});

browserTest('the class of a mask that is there changes at once: pointed at, in work, or judged; and is taken back', async (t) => {
  const folder = await sceneProject(t), project = await openProject(folder, 'write');
  for (const x of [10, 100]) addMask(project, { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: rleFromBox({ x0: x, y0: 10, x1: x + 60, y1: 60 }, FRUIT) }, 1);
  addMask(project, { imageId: 2, categoryId: 1, stage: 'semi-automatic', status: 'proposed', score: 0.9, rle: rleFromBox({ x0: 10, y0: 10, x1: 60, y1: 60 }, { width: 320, height: 240 }) }, 1);
  await project.close();
  const { origin, token } = await running(t, folder, { site: await packagedSite(), stage: 'semi' });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`);
  t.is(await page.locator('#file').textContent(), 'b.png', 'what has proposals comes first');
  await page.keyboard.press('2');
  await said(page, /^Class changed to fruit/);
  t.deepEqual((await masksOnDisk(folder, 2)).map(({ status, categoryId }) => [status, categoryId]), [['superseded', 1], ['corrected', 2]]);
  await page.keyboard.press('n');
  await page.locator('#file').filter({ hasText: 'a.png' }).waitFor();
  await said(page, /Click an object/);
  const at = await spotOf(page, FRUIT, 40, 30), classes = async (): Promise<string[]> => (await masksOnDisk(folder)).filter(({ status }) => status === 'accepted').map(({ categoryId, box }) => `${box.x0} ${categoryId}`).sort();
  await page.mouse.move(at.x, at.y);
  await page.locator('#about-title').filter({ hasText: 'thing' }).waitFor();
  await page.keyboard.press('Shift+Digit2');
  await said(page, /^Class changed to fruit/);
  t.deepEqual(await classes(), ['10 2', '100 1']);
  await page.keyboard.press('3');
  await said(page, /^Class plant/);
  t.deepEqual(await classes(), ['10 2', '100 1'], 'the class of what comes next says nothing of what is there');
  await click(page, FRUIT, 130, 30);
  await said(page, /^Correct it/);
  await page.locator('#classes button').nth(2).click();
  await said(page, /^Class changed to plant/);
  t.deepEqual(await classes(), ['10 2', '100 3']);
  await page.locator('#stage').focus();
  await page.keyboard.press('Control+z');
  await said(page, /^Taken back/);
  t.deepEqual(await classes(), ['10 2', '100 1']);
});
