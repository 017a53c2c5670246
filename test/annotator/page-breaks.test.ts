/** What goes wrong while a person works: reloads, kills of browser and server, full disks, others who are faster, tabs that are closed. Nothing that was accepted is lost. */
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { chromium, type Page } from 'playwright-core';
import { addMask, rleOfMask } from '../../src/engine/masks.js';
import { openProject } from '../../src/engine/project.js';
import { packagedSite } from '../../src/annotator/site.js';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { rleArea } from '../../src/mask/rle.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { tinyDisk } from '../models/tiny-disk.js';
import { ARGS, browserTest, CHROMIUM, click, complaintsOf, drag, FRUIT, GREEN, masksOnDisk, newContext, opened, RED, said, sceneProject, served } from './browser.js';
import { imageOf, onMask, running, Tab } from './running.js';

if (browserTest === test.serial.skip) test('skipped: there is no Chromium here, or the page is not built', (t) => { t.pass(); });

async function brush(page: Page, path: readonly (readonly [number, number])[]): Promise<void> {
  await page.keyboard.press('t');
  await drag(page, FRUIT, path);
}

browserTest('loaded again in the middle of a mask: the mask is in work again, but for the stroke under way', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const context = await newContext(t), page = await opened(context, `${origin}/#t=${token}`), file = await page.locator('#file').textContent();
  page.on('dialog', (dialog) => void dialog.accept());
  await click(page, FRUIT, ...RED);
  await said(page, /Enter accepts it/);
  await page.keyboard.press('Alt+3');
  await said(page, /^Mask 3 of 3/);
  await brush(page, [[150, 30], [200, 30]]);
  await page.keyboard.press('2');
  const area = /[\d,]+ pixels/;
  // a stroke that is not finished
  await page.mouse.down();
  await page.mouse.move(700, 500, { steps: 3 });
  await page.reload();
  await said(page, area);
  t.is(await page.locator('#file').textContent(), file, 'the same image');
  t.regex((await page.locator('#notice').textContent())!, /begun is here again/);
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const masks = await masksOnDisk(folder);
  t.deepEqual((masks[0]!.prompts as { kind: string }[]).map(({ kind }) => kind), ['point', 'brush']);
  t.is(masks.length, 1);
  await page.reload();
  await said(page, /Click an object/);
  t.is(await page.locator('#masks').textContent(), '1 mask');
  t.true(await page.locator('[data-do=accept]').isDisabled(), 'nothing is in work any more');
});

browserTest('the browser is killed: what was accepted is there, and the image is free for others after a while', async (t) => {
  const folder = await sceneProject(t, ['a.png']), { origin, token } = await running(t, folder, { site: await packagedSite(), claim: 0.1 });
  const server = await chromium.launchServer({ executablePath: CHROMIUM, args: ARGS }), victim = await chromium.connect(server.wsEndpoint());
  const first = await victim.newPage({ viewport: { width: 1200, height: 800 } });
  await first.goto(`${origin}/#t=${token}`);
  await said(first, /Click an object/);
  await brush(first, [[30, 30], [90, 30]]);
  await first.keyboard.press('Enter');
  await said(first, /^Saved/);
  await drag(first, FRUIT, [[30, 100], [90, 100]]);
  await server.kill();
  t.is((await masksOnDisk(folder)).length, 1);
  const tab = await Tab.open({ origin, token }, 'tab-of-the-next-one', 'bob');
  for (let i = 0; (await tab.claim()).image === null; i++) {
    if (i > 60) throw new Error('the image did not come back');
    await sleep(250);
  }
  const page = await (await newContext(t)).newPage();
  await page.goto(`${origin}/#t=${token}`);
  await page.locator('#notice').filter({ hasText: 'Nothing is left to do' }).waitFor();
  t.is(imageOf(await tab.claim(1)).masks.length, 1);
});

browserTest('the server is killed and started again: the page waits, then saves what was accepted meanwhile', async (t) => {
  const folder = await sceneProject(t), first = await served(t, folder);
  const context = await newContext(t), page = await opened(context, first.address);
  await brush(page, [[30, 30], [90, 30]]);
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  t.is((await masksOnDisk(folder)).length, 1, 'what was said to be saved is');
  await drag(page, FRUIT, [[30, 100], [90, 100]]);
  await page.keyboard.press('Enter');
  await page.locator('#saved').filter({ hasText: 'no connection' }).waitFor();
  const second = await served(t, folder);
  t.is(second.port, first.port, 'at the same address, without being told');
  await page.locator('#saved').filter({ hasText: 'started anew' }).waitFor();
  t.regex((await page.locator('#notice').textContent())!, /Not saved yet: Open the address that sam printed/);
  // the new address carries the new key, for all pages of this browser
  const other = await opened(context, second.address);
  await page.locator('#saved').filter({ hasText: /^Saved$/ }).waitFor();
  t.true(await page.locator('#notice').isHidden());
  t.deepEqual((await masksOnDisk(folder)).map(({ status }) => status), ['accepted', 'accepted']);
  t.not(await other.locator('#file').textContent(), await page.locator('#file').textContent());
});

browserTest('a full disk: the page says so, keeps the mask in sight, and saves it when there is room', async (t) => {
  const root = await tinyDisk(t, 3000);
  if (root === undefined) return;
  const folder = await sceneProject(t, ['a.png', 'b.png'], { root }), { origin, token, stop, faults } = await running(t, folder, { site: await packagedSite(), cacheSize: 0 });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`), filler = join(root, 'filler');
  for (let kilobytes = 4096; kilobytes >= 1; kilobytes >>= 1) {
    for (let i = 0; ; i++) {
      try {
        writeFileSync(`${filler}${kilobytes}-${i}`, Buffer.alloc(kilobytes * 1024, 1));
      } catch {
        rmSync(`${filler}${kilobytes}-${i}`, { force: true });
        break;
      }
    }
  }
  // what the log has room for may be saved even now
  for (let i = 0; i < 40 && !/Not saved/.test((await page.locator('#saved').textContent())!); i++) {
    await brush(page, [[20 + 5 * (i % 40), 20], [20 + 5 * (i % 40), 170]]);
    await page.keyboard.press('Enter');
    await page.locator('#saved').filter({ hasText: /Not saved|^Saved$/ }).waitFor();
  }
  t.is(await page.locator('#saved').textContent(), 'Not saved: the disk cannot be written, trying again (1)');
  t.regex((await page.locator('#notice').textContent())!, /^Not saved yet: .*tried again until it works/);
  await page.keyboard.press('n');
  t.is(await page.locator('#file').textContent(), 'a.png', 'the image is not left while something is to be saved');
  for (const kilobytes of [4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1]) for (let i = 0; existsSync(`${filler}${kilobytes}-${i}`); i++) rmSync(`${filler}${kilobytes}-${i}`);
  await page.locator('#file').filter({ hasText: 'b.png' }).waitFor();
  await stop();
  t.true((await masksOnDisk(folder)).length >= 1);
  t.true(faults.length >= 1 && faults.length <= 2, 'the terminal is told, not with every attempt');
});

browserTest('another was faster: theirs is shown, mine stays in work over it, and takes its place when I say so', async (t) => {
  const folder = await sceneProject(t), project = await openProject(folder, 'write');
  addMask(project, { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', rle: rleFromBox({ x0: 20, y0: 20, x1: 80, y1: 80 }, FRUIT) }, 1);
  await project.close();
  const { origin, token } = await running(t, folder, { site: await packagedSite() });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await click(page, FRUIT, 50, 50);
  await said(page, /^Correct it/);
  await brush(page, [[90, 50], [120, 50]]);
  // as if this window had slept: its claim is gone, and bob was here
  await (await Tab.open({ origin, token }, await page.evaluate('sessionStorage.getItem("tab")'))).post('/api/release', {});
  const bob = await Tab.open({ origin, token }, 'tab-of-bob-0123456789', 'bob'), [mask] = imageOf(await bob.claim(1)).masks;
  const theirs = await bob.saved(1, onMask('correct', mask!, { counts: rleToString(rleFromBox({ x0: 20, y0: 20, x1: 60, y1: 60 }, FRUIT)), prompts: [{ kind: 'brush' }] }));
  await page.keyboard.press('Enter');
  await page.locator('#notice').filter({ hasText: 'Image 1 is being worked on by bob. Your mask is still in work: Enter tries again.' }).waitFor();
  await bob.post('/api/release', {});
  await page.keyboard.press('Enter');
  await page.locator('#notice').filter({ hasText: 'Somebody else changed this mask meanwhile; theirs is saved.' }).waitFor();
  t.is((await masksOnDisk(folder)).length, 2, 'nothing is saved without being asked');
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  const masks = await masksOnDisk(folder);
  t.deepEqual(masks.map(({ status, annotator }) => [status, annotator]), [['superseded', null], ['superseded', 'bob'], ['accepted', 'ann']]);
  t.is(masks[2]!.supersedes, theirs.mask!.id);
  t.true(rleArea(rleOfMask(masks[2]!)) > 3600, 'the whole of mine');
});

browserTest('a claim that ran out while nobody else came: the mask is saved as if nothing had been', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const page = await opened(await newContext(t), `${origin}/#t=${token}`);
  await brush(page, [[90, 50], [120, 50]]);
  await (await Tab.open({ origin, token }, await page.evaluate('sessionStorage.getItem("tab")'))).post('/api/release', {});
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  t.is((await masksOnDisk(folder)).length, 1);
});

browserTest('a closed tab gives its image back at once; one that is loaded again keeps it; a copy of a tab is another', async (t) => {
  const folder = await sceneProject(t, ['a.png', 'b.png', 'c.png']), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const context = await newContext(t), complaints = complaintsOf(context), page = await opened(context, `${origin}/#t=${token}`);
  t.is(await page.locator('#file').textContent(), 'a.png');
  const tab = await Tab.open({ origin, token }, 'tab-that-looks-on-12');
  await page.reload();
  await said(page, /Click an object/);
  await sleep(300);
  t.is((await tab.post('/api/claim', { want: 1 })).status, 409, 'still its own');
  // what a browser copies with a tab
  const copied = context.waitForEvent('page');
  await page.evaluate('window.open(location.href)');
  const copy = await copied;
  await said(copy, /Click an object/);
  t.is(await copy.locator('#file').textContent(), 'b.png');
  await copy.close();
  await page.close();
  for (const id of [1, 2]) {
    for (let i = 0; (await tab.post('/api/claim', { want: id })).status !== 200; i++) {
      if (i > 40) throw new Error(`image ${id} was not given back`);
      await sleep(100);
    }
  }
  t.deepEqual(complaints, []);
});

browserTest('two people in two tabs: two images, and each mask has its maker\'s name', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite() });
  const context = await newContext(t), pages: Page[] = [];
  for (const name of ['Ada', 'Grace']) {
    const page = await opened(context, `${origin}/#t=${token}`);
    await page.locator('#annotator').fill(name);
    await page.keyboard.press('Enter');
    await brush(page, [[90, 50], [120, 50]]);
    await page.keyboard.press('Enter');
    await said(page, /^Saved/);
    pages.push(page);
  }
  t.deepEqual(await Promise.all(pages.map((page) => page.locator('#file').textContent())), ['a.png', 'b.png']);
  t.deepEqual([(await masksOnDisk(folder, 1))[0]!.annotator, (await masksOnDisk(folder, 2))[0]!.annotator], ['Ada', 'Grace']);
});

browserTest('names of images and classes that would be markup are text, and the page\'s policy has nothing to complain of', async (t) => {
  const names = ['<img src=x onerror=alert(1)>.png', '"><svg onload=alert(2)>.png'], classes = ['<script>alert(3)<\u2215script>', '{{7*7}}${7*7}', '\u202egnp.exe', 'a'.repeat(200)];
  const folder = await sceneProject(t, names, { classes }), { origin, token } = await running(t, folder, { site: await packagedSite(), annotator: '<b>x</b>' });
  const context = await newContext(t), complaints = complaintsOf(context), page = await opened(context, `${origin}/#t=${token}`);
  const seen = [await page.locator('#file').textContent()];
  t.deepEqual(await page.locator('#classes .name').allTextContents(), classes);
  await brush(page, [[90, 50], [120, 50]]);
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  await page.keyboard.press('n');
  await page.locator('#file').filter({ hasNotText: seen[0]! }).waitFor();
  await said(page, /Click an object/);
  seen.push(await page.locator('#file').textContent());
  t.deepEqual(seen.sort(), [...names].sort());
  t.is(await page.locator('header img, header svg, aside script, header b').count(), 0);
  t.deepEqual(complaints, []);
});

browserTest('the time on a mask: a hint to move on after a while, which takes nothing away', async (t) => {
  const folder = await sceneProject(t), { origin, token } = await running(t, folder, { site: await packagedSite(), moveOn: 1 });
  const context = await newContext(t, { reducedMotion: 'reduce' }), page = await opened(context, `${origin}/#t=${token}`);
  t.true(await page.locator('#timer').isHidden());
  await click(page, FRUIT, ...GREEN);
  await said(page, /Enter accepts it/);
  await page.locator('#timer').filter({ hasText: /^\d+ s: good enough\? Accept it or move on\.$/ }).waitFor();
  await page.keyboard.press('Enter');
  await said(page, /^Saved/);
  await page.locator('#timer').waitFor({ state: 'hidden' });
  const [mask] = await masksOnDisk(folder);
  t.true(mask!.seconds! >= 1 && mask!.clicks === 2);
  t.deepEqual(await page.evaluate(`[...document.querySelectorAll('*')].map((e) => getComputedStyle(e)).filter((s) => parseFloat(s.transitionDuration) > 0 || parseFloat(s.animationDuration) > 0).length`), 0, 'nothing moves for one who asked for that');
});

