/** Server and browser killed in the middle of a mask, as they are: what was in work is there again, but for the stroke under way, at the same address and in another browser. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { chromium } from 'playwright-core';
import { packagedSite } from '../../src/annotator/site.js';
import { ARGS, browserTest, CHROMIUM, click, complaintsOf, drag, FRUIT, masksOnDisk, newContext, opened, RED, said, sceneProject, served } from './browser.js';
import { running } from './running.js';

if (browserTest === test.serial.skip) test('skipped: there is no Chromium here, or the page is not built', (t) => { t.pass(); });

const KEPT = /^Mask not accepted yet$/, BEGUN = /begun is here again/;

browserTest('the server is killed in the middle of two masks: a page that is open goes on, one that is opened anew has in work what the closed one had', async (t) => {
  const folder = await sceneProject(t), first = await served(t, folder), context = await newContext(t), [open, closed] = [await opened(context, first.address), await opened(context, first.address)];
  const mine = await open.locator('#file').textContent(), file = await closed.locator('#file').textContent();
  await click(closed, FRUIT, ...RED);
  await said(closed, /Enter accepts it/);
  await closed.keyboard.press('Alt+3');
  await said(closed, /^Mask 3 of 3/);
  await closed.keyboard.press('t');
  await drag(closed, FRUIT, [[150, 30], [200, 30]]);
  await closed.keyboard.press('2');
  const told = closed.waitForResponse((response) => response.url().endsWith('/api/draft') && response.request().postData()!.includes('"undone":[{'));
  await closed.keyboard.press('Control+z');
  t.is((await told).status(), 204);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  await closed.close();
  await open.keyboard.press('t');
  await drag(open, FRUIT, [[150, 30], [200, 30]]);
  await open.locator('#saved').filter({ hasText: /^Mask in work not kept: no connection, trying again$/ }).waitFor();
  const second = await served(t, folder);
  t.is(second.port, first.port);
  await open.locator('#saved').filter({ hasText: /not kept: the annotator was started anew/ }).waitFor();
  t.regex((await open.locator('#notice').textContent())!, /Open the address that sam printed/);
  // the new address carries the new key for all windows of this browser
  const again = await opened(context, second.address, /pixels/);
  await open.locator('#saved').filter({ hasText: KEPT }).waitFor();
  t.is(await open.locator('#file').textContent(), mine);
  t.is(await again.locator('#file').textContent(), file);
  t.regex((await again.locator('#notice').textContent())!, BEGUN);
  await again.keyboard.press('Control+y');
  await again.keyboard.press('Enter');
  await said(again, /^Saved/);
  const [mask, ...rest] = await masksOnDisk(folder, file === 'a.png' ? 1 : 2);
  t.deepEqual(rest, []);
  t.is(mask!.categoryId, 2);
  t.like(mask!.prompts, { 0: { kind: 'point' }, 1: { kind: 'brush' } });
  await again.reload();
  await said(again, /Click an object/);
  t.is(await again.locator('#masks').textContent(), '1 mask', 'and nothing is in work any more');
});

browserTest('the browser is killed right after a step: another browser has the mask in work at once', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const server = await chromium.launchServer({ executablePath: CHROMIUM, args: ARGS }), victim = await chromium.connect(server.wsEndpoint());
  const first = await victim.newPage({ viewport: { width: 1200, height: 800 } });
  await first.goto(`${origin}/#t=${token}`);
  await said(first, /Click an object/);
  const file = await first.locator('#file').textContent();
  await first.keyboard.press('t');
  await drag(first, FRUIT, [[30, 30], [90, 30]]);
  await drag(first, FRUIT, [[30, 60], [90, 60]]);
  await sleep(100);
  await server.kill();
  const context = await newContext(t), complaints = complaintsOf(context), page = await opened(context, `${origin}/#t=${token}`);
  t.is(await page.locator('#file').textContent(), file, 'though its claim had not run out');
  t.regex((await page.locator('#notice').textContent())!, BEGUN);
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const masks = await masksOnDisk(folder, file === 'a.png' ? 1 : 2);
  t.deepEqual(masks.map(({ prompts }) => (prompts as object[]).length), [2], 'both strokes');
  t.deepEqual(complaints, []);
});

browserTest('a step that cannot be kept is told as saves are, and is kept later; what is dropped is dropped on the server, too', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`), bodies: string[] = [];
  let isFull = true;
  await page.route('**/api/draft', async (route) => {
    bodies.push(route.request().postData() ?? '');
    await (isFull ? route.fulfill({ status: 507, contentType: 'application/json', body: '{"code":"storage/full","message":"No room."}' }) : route.continue());
  });
  await page.keyboard.press('t');
  for (const y of [30, 60, 90]) await drag(page, FRUIT, [[30, y], [90, y]]);
  await page.locator('#saved').filter({ hasText: /^Mask in work not kept: the disk cannot be written, trying again$/ }).waitFor();
  t.is(await page.locator('#notice').textContent(), 'The mask in work is not kept yet: No room. It is tried again until it works.');
  isFull = false;
  await page.locator('#saved').filter({ hasText: KEPT }).waitFor();
  t.true(await page.locator('#notice').isHidden());
  t.true(bodies.length <= 3, 'not one request a step: the newest waits');
  t.is((JSON.parse(bodies.at(-1)!) as { draft: { steps: object[] } }).draft.steps.length, 3);
  const told = page.waitForResponse((response) => response.url().endsWith('/api/draft'));
  await page.keyboard.press('Escape');
  t.is((await told).status(), 204);
  await page.reload();
  await said(page, /Click an object/);
  t.true(await page.locator('[data-do=accept]').isDisabled());
});
