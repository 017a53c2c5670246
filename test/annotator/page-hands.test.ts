/** What hands rely on at the annotator's page: keys after a press of the mouse, a panel and an image that keep still, what is said after each step, and no work left behind by one key too many. */
import test from 'ava';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { addMask } from '../../src/engine/masks.js';
import { openProject } from '../../src/engine/project.js';
import { packagedSite } from '../../src/annotator/site.js';
import { browserTest, click, drag, FRUIT, masksOnDisk, newContext, opened, RED, said, sceneProject } from './browser.js';
import { running } from './running.js';

if (browserTest === test.serial.skip) test('skipped: there is no Chromium here, or the page is not built', (t) => { t.pass(); });

browserTest('a button or slider that the mouse pressed leaves the keys to the image; one that Tab came to keeps its own', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`), focus = (): Promise<string> => page.evaluate('document.activeElement.id');
  await click(page, FRUIT, ...RED);
  await said(page, /Enter accepts it/);
  await page.locator('#classes button').nth(1).click();
  await page.locator('#opacity').click();
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  t.like((await masksOnDisk(folder))[0], { status: 'accepted', categoryId: 2 });
  await page.locator('#classes [aria-checked=true]').focus();
  await page.keyboard.press('ArrowDown');
  await said(page, /^Class plant/);
  t.is(await page.evaluate('document.activeElement.dataset.class'), '3', 'arrow keys choose within the group');
  t.is(await page.locator('#classes [tabindex="0"]').count(), 1, 'one stop for Tab');
  await page.locator('[data-tool=brush]').focus();
  await page.keyboard.press('Enter');
  t.is(await page.locator('[data-tool=brush]').getAttribute('aria-pressed'), 'true');
  t.not(await focus(), 'stage');
  await drag(page, FRUIT, [[200, 30], [230, 30]]);
  await said(page, /^A mask of [\d,]+ pixels\. Enter accepts it\./);
  await page.locator('[data-do=accept]').focus();
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  t.is(await focus(), 'stage', 'a button that is no more to be pressed gives the keys back');
});

browserTest('nothing lies over the image, and nothing moves while masks are looked at and made', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  for (const viewport of [{ width: 1366, height: 768 }, { width: 700, height: 560 }]) {
    const page = await opened(await newContext(t, { viewport }), `${origin}/#t=${token}`), boxOf = async (name: string): Promise<{ x: number; y: number; width: number; height: number }> => (await page.locator(name).boundingBox())!; // all are there
    const places = async (): Promise<unknown> => [await boxOf('#stage'), await boxOf('[data-do=accept]'), await boxOf('#classes')], before = await places();
    const stage = await boxOf('#stage'), hint = await boxOf('.hint'), aside = await boxOf('aside');
    t.true(hint.y >= stage.y + stage.height, 'what is said has a line of its own');
    await page.mouse.click(stage.x + stage.width / 3, stage.y + stage.height / 2);
    await said(page, /Enter accepts it/);
    t.true(await page.locator('#choices').isVisible());
    t.deepEqual(await places(), before);
    for (const slider of ['#brush', '#opacity']) t.true((await boxOf(slider)).x + (await boxOf(slider)).width <= aside.x + aside.width, slider);
    await page.keyboard.press('Escape');
    await page.close();
  }
});

browserTest('a long name leaves room for what is saved, and the chosen one of many classes is in sight', async (t) => {
  const classes = Array.from({ length: 60 }, (_, i) => `class ${i + 1}`);
  const folder = await sceneProject(t, [`${'a-very-long-name-'.repeat(12)}.png`], { classes }), project = await openProject(folder, 'write');
  addMask(project, { imageId: 1, categoryId: 58, stage: 'assisted-manual', status: 'accepted', rle: rleFromBox({ x0: 10, y0: 10, x1: 70, y1: 60 }, FRUIT) }, 1);
  await project.close();
  const { origin, token } = await running(t, folder, { site: await packagedSite() }), page = await opened(await newContext(t), `${origin}/#t=${token}`);
  t.true(await page.evaluate('[...document.querySelectorAll("#saved, #project, #progress")].every((element) => element.scrollWidth <= element.clientWidth + 1)'), 'whole');
  t.true(await page.evaluate('document.querySelector("header").scrollWidth <= innerWidth'));
  await click(page, FRUIT, 40, 30);
  await said(page, /^Correct it/);
  t.true(await page.evaluate('(() => { const list = document.getElementById("classes").getBoundingClientRect(), chosen = document.querySelector("#classes [aria-checked=true]").getBoundingClientRect(); return chosen.top >= list.top && chosen.bottom <= list.bottom; })()'));
  // one of many is found by its name
  await page.keyboard.press('/');
  await page.keyboard.type('S 4');
  t.is(await page.locator('#classes button:not([hidden])').count(), 11, 'class 4, and 40 to 49');
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await said(page, /^Class changed to class 47/);
  t.is(await page.evaluate('document.activeElement.id'), 'stage');
  t.is(await page.locator('#classes button:not([hidden])').count(), 60);
  t.is((await masksOnDisk(folder)).find(({ status }) => status === 'accepted')?.categoryId, 47);
});

browserTest('Enter on a mask that was left as it is makes no new one; of a proposal it is a verdict', async (t) => {
  const folder = await sceneProject(t, ['a.png']), project = await openProject(folder, 'write'), rle = rleFromBox({ x0: 10, y0: 10, x1: 70, y1: 60 }, FRUIT);
  addMask(project, { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle }, 1);
  await project.close();
  const { origin, token, stop } = await running(t, folder, { site: await packagedSite() }), page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await click(page, FRUIT, 40, 30);
  await said(page, /^Correct it/);
  await page.keyboard.press('Enter');
  await said(page, /^Left as it was/);
  t.deepEqual((await masksOnDisk(folder)).map(({ status, revision }) => [status, revision]), [['accepted', 1]]);
  await page.close();
  await stop();
  const again = await openProject(folder, 'write');
  addMask(again, { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'proposed', score: 0.9, rle: rleFromBox({ x0: 100, y0: 10, x1: 160, y1: 60 }, FRUIT) }, 2);
  await again.close();
  const semi = await running(t, folder, { site: await packagedSite(), stage: 'semi' }), judging = await opened(await newContext(t), `${semi.origin}/#t=${semi.token}`);
  await judging.keyboard.press('e');
  await said(judging, /^Correct it/);
  await judging.keyboard.press('Enter');
  await said(judging, /^Accepted\. All proposals are judged/);
  t.deepEqual((await masksOnDisk(folder)).map(({ status }) => status), ['accepted', 'accepted']);
});

browserTest('proposals are not left behind by one key: it is told how many, and the next one goes on', async (t) => {
  const folder = await sceneProject(t, ['a.png']), project = await openProject(folder, 'write');
  for (const [i, x] of [10, 100].entries()) addMask(project, { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'proposed', score: 0.9 - i / 10, rle: rleFromBox({ x0: x, y0: 10, x1: x + 60, y1: 60 }, FRUIT) }, 1);
  await project.close();
  const { origin, token } = await running(t, folder, { site: await packagedSite(), stage: 'semi' }), page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await said(page, /^2 to judge\. Is this mask right \(thing\)\?/);
  await click(page, FRUIT, 200, 150);
  await said(page, /^A verdict first\. 2 to judge/);
  await page.keyboard.press('n');
  await page.locator('#notice').filter({ hasText: '2 proposals are not judged yet. N once more goes on without.' }).waitFor();
  await page.keyboard.press('x');
  await said(page, /^Rejected\. 1 to judge/);
  await page.keyboard.press('n');
  await page.locator('#notice').filter({ hasText: '1 proposal is not judged yet.' }).waitFor();
  t.is(await page.locator('#file').textContent(), 'a.png');
  await page.keyboard.press('n');
  await page.locator('#notice').filter({ hasText: 'Nothing is left to do: every image is done' }).waitFor();
  t.deepEqual((await masksOnDisk(folder)).map(({ status }) => status), ['rejected', 'proposed']);
});

browserTest('images that are done are looked at again, from the last one back: in a page that is new, and where nothing is left', async (t) => {
  const folder = await sceneProject(t, ['a.png', 'b.png', 'c.png']), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const first = await opened(await newContext(t), `${origin}/#t=${token}`), done: (string | null)[] = [];
  for (let i = 0; i < 3; i++) {
    done.push(await first.locator('#file').textContent());
    await first.keyboard.press('n');
    await first.locator('#progress').filter({ hasText: `${i + 1} of 3` }).waitFor();
  }
  await first.close();
  const page = await (await newContext(t)).newPage(), back = [...done].reverse();
  await page.goto(`${origin}/#t=${token}`);
  await page.locator('#notice').filter({ hasText: 'Nothing is left to do' }).waitFor();
  for (const name of back) {
    await page.keyboard.press('p');
    await page.locator('#file').filter({ hasText: name! }).waitFor();
    await said(page, /Click an object/);
  }
  await page.keyboard.press('p');
  await said(page, /^There is no image before this one/);
  await page.reload();
  await said(page, /Click an object/);
  t.is(await page.locator('#file').textContent(), back[2]!);
});

browserTest('a page at which nothing is being done says so when the annotator has ended', async (t) => {
  const folder = await sceneProject(t), { origin, token, stop } = await running(t, folder, { site: await packagedSite(), claim: 0.1 }), page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await stop();
  await page.locator('#notice').filter({ hasText: 'The server does not answer. Is sam engine assist still running?' }).waitFor();
  t.is(await page.locator('#saved').textContent(), 'Nothing can be saved: no connection');
});
