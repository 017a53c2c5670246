/** The report in a real browser, opened from disk: hover, filters, viewer, keys; nothing is asked of a network and nothing in annotations is markup. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { writeReport } from '../../src/folder/report.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { takeScene } from '../commands/run-sam.js';
import { browserTest, closeBrowser, openFile, type OpenPage } from './browser.js';

test.after.always(closeBrowser);

const HOSTILE = ['</script><img src=x onerror=alert(1)>', '"><svg onload=alert(2)>', '<!--<script>'];

const rect = (x: number, y: number, w: number, h: number): number[][] => [[x, y, x + w, y, x + w, y + h, x, y + h]];

/** Fruit with a large, a small and a tiny mask (the small one on the large), an icon with one, a picture that is not there. */
function dataset(): unknown {
  const mask = (id: number, image_id: number, category_id: number, segmentation: number[][], area: number, more: object): object => ({ id, image_id, category_id, segmentation, area, bbox: [0, 0, 1, 1], iscrowd: 0, ...more });
  return {
    images: [{ id: 1, file_name: 'fruit.png', width: 256, height: 192 }, { id: 2, file_name: 'small/icon.png', width: 64, height: 48 }, { id: 3, file_name: `gone${HOSTILE[1]!}.png`, width: 100, height: 100 }],
    annotations: [
      mask(11, 1, 1, rect(16, 16, 128, 160), 128 * 160, { score: 0.9 }), mask(12, 1, 2, rect(32, 32, 64, 64), 64 * 64, { score: 0.5 }), mask(13, 1, 3, rect(200, 150, 8, 8), 64, { score: 0.2 }),
      mask(21, 2, 1, rect(10, 10, 24, 24), 576, { score: 0.7 }), mask(31, 3, 2, rect(10, 10, 50, 50), 2500, { score: 0.8 }),
    ],
    categories: [{ id: 1, name: 'fruit' }, ...HOSTILE.slice(0, 2).map((name, i) => ({ id: i + 2, name })), { id: 4, name: 'never seen' }],
  };
}

async function report(t: ExecutionContext, data: unknown = dataset(), name = `set${HOSTILE[2]!.replaceAll('/', '')}.json`): Promise<{ folder: string; html: string }> {
  const folder = await temporaryFolder(t);
  takeScene('fruit.png', join(folder, 'in', 'fruit.png'));
  takeScene('icon.png', join(folder, 'in', 'small', 'icon.png'));
  await writeFile(join(folder, name), JSON.stringify(data));
  await writeReport({ annotations: join(folder, name), images: join(folder, 'in'), output: join(folder, 'report') });
  return { folder, html: join(folder, 'report', 'index.html') };
}

const shown = ({ page }: OpenPage): Promise<string | null> => page.locator('#shown').textContent();

/** The masks that are lit, by their places in the image's list. */
const lit = ({ page }: OpenPage, where: string): Promise<string[]> => page.evaluate(`[...document.querySelectorAll('${where} svg .mask.on')].map((mask) => mask.dataset.mask)`);

/** A place of the image of a card, in pixels of the image. */
async function pointAt({ page }: OpenPage, card: number, x: number, y: number, size: [number, number]): Promise<void> {
  const frame = page.locator('.card .frame').nth(card);
  await frame.locator('canvas').waitFor({ state: 'attached' });
  const box = (await frame.boundingBox())!;
  await page.mouse.move(box.x + (x / size[0]) * box.width, box.y + (y / size[1]) * box.height);
}

browserTest('hover: the topmost mask lights up alone and tells what it is (needs /usr/bin/chromium)', async (t) => {
  const open = await openFile(t, (await report(t)).html);
  const { page } = open;
  await pointAt(open, 0, 64, 64, [256, 192]);
  t.deepEqual(await lit(open, '.card'), ['1'], 'the small one lies on the large one');
  const facts = await page.locator('#tooltip').innerText();
  t.true(facts.includes(HOSTILE[0]!) && facts.includes('#12') && facts.includes('0.500') && facts.includes('4,096 px') && facts.includes('64 × 64 at 32, 32'), facts);
  await pointAt(open, 0, 30, 160, [256, 192]);
  t.regex(await page.locator('#tooltip').innerText(), /fruit\s*#11/);
  await pointAt(open, 0, 250, 10, [256, 192]);
  t.false(await page.locator('#tooltip').isVisible(), 'there is no mask');
  t.is(await page.locator('.card svg .mask.on').count(), 0);
});

browserTest('masks are painted where they are, before anyone points at them', async (t) => {
  const open = await openFile(t, (await report(t)).html);
  await open.page.locator('.card canvas').first().waitFor();
  // run in the page, whose types the tests do not have
  const alpha = (x: number, y: number): Promise<number> => open.page.evaluate<number>(`(() => {
    const at = document.querySelector('.card canvas');
    return at.getContext('2d').getImageData(${x / 256} * at.width, ${y / 192} * at.height, 1, 1).data[3];
  })()`);
  t.is(await alpha(250, 10), 0);
  t.true(await alpha(120, 160) > 50);
  t.true(await alpha(64, 64) > await alpha(120, 160), 'two masks, one on the other');
});

browserTest('filters by area, score, category and name change what is shown and counted; reset takes all back', async (t) => {
  const open = await openFile(t, (await report(t)).html);
  const { page } = open;
  const visible = (): Promise<number> => page.locator('.card:visible').count();
  t.is(await shown(open), '5 of 5 masks · 3 of 3 images');
  const slide = (group: string, thumb: number, value: number): Promise<void> => page.evaluate<void>(`(() => {
    const input = document.querySelectorAll('#${group} .thumb')[${thumb}];
    input.value = ${value};
    input.dispatchEvent(new Event('input'));
  })()`);
  // a hundredth of the image
  await slide('area', 0, 100);
  t.is(await shown(open), '4 of 5 masks · 3 of 3 images');
  await slide('score', 0, 150);
  t.is(await shown(open), '2 of 5 masks · 2 of 3 images');
  t.is(await visible(), 2);
  t.is(await page.locator('#score .range-label').innerText(), '≥ 0.75');
  const heights = await page.evaluate<number[]>('[...document.querySelectorAll("#score .thumb")].map((thumb) => thumb.getBoundingClientRect().top)');
  t.is(heights[0], heights[1], 'a thumb stays on its track wherever it is');
  await page.locator('.chip', { hasText: 'fruit' }).click();
  t.is(await shown(open), '1 of 5 masks · 1 of 3 images');
  await page.locator('#reset').click();
  t.is(await shown(open), '5 of 5 masks · 3 of 3 images');
  t.is(await page.locator('.chip[aria-pressed="true"]').count(), 3, 'categories that no mask has are not offered');
  await page.locator('#search').fill('ICON');
  t.is(await shown(open), '1 of 5 masks · 1 of 3 images');
  await page.locator('#search').fill('nowhere');
  t.true(await page.locator('#nothing').isVisible());
  await page.locator('#search').fill('');
  await page.locator('#order').selectOption('fewest');
  // cards are laid out when the browser comes to it
  await page.waitForFunction('document.querySelector(".card .name")?.innerText.endsWith("icon.png")');
  t.regex(await page.locator('.card .name').first().innerText(), /icon\.png$/);
});

browserTest('keys alone: open an image, walk its masks, zoom, go on, close, and be where one was', async (t) => {
  const open = await openFile(t, (await report(t)).html);
  const { page } = open;
  await page.locator('.card').first().focus();
  await page.keyboard.press('Enter');
  t.true(await page.locator('#viewer').isVisible());
  t.is(await page.locator('#list .row').count(), 3);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  t.deepEqual(await lit(open, '#content'), ['1']);
  t.true((await page.locator('#facts').innerText()).includes('#12'));
  await page.keyboard.press('+');
  t.is(await page.locator('#zoom-level').innerText(), '140 %');
  await page.keyboard.press('0');
  t.is(await page.locator('#zoom-level').innerText(), '100 %');
  await page.keyboard.press('m');
  t.is(await page.locator('#toggle').getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('ArrowRight');
  t.is(await page.locator('#viewer-name').innerText(), 'small/icon.png');
  await page.keyboard.press('Escape');
  t.false(await page.locator('#viewer').isVisible());
  t.is(await page.evaluate('document.activeElement.dataset.image'), '1');
});

browserTest('a click opens the image on that mask; the wheel zooms where the pointer is, dragging moves', async (t) => {
  const open = await openFile(t, (await report(t)).html);
  const { page } = open;
  await pointAt(open, 0, 64, 64, [256, 192]);
  await page.mouse.down();
  await page.mouse.up();
  t.true((await page.locator('#list .row.on').innerText()).includes('#12'));
  const stage = (await page.locator('#stage').boundingBox())!;
  await page.mouse.move(stage.x + 100, stage.y + 100);
  await page.mouse.wheel(0, -1000);
  const transform = (): Promise<string> => page.evaluate<string>('document.getElementById("content").style.transform');
  const zoomed = await transform();
  const [, x, y, scale] = /^translate\((-?[\d.]+)px, (-?[\d.]+)px\) scale\(([\d.]+)\)$/.exec(zoomed)!.map(Number);
  t.true(scale! > 4);
  t.true(Math.abs((100 - x!) / scale! - 100) < 1 && Math.abs((100 - y!) / scale! - 100) < 1, 'what was below the pointer still is');
  await page.mouse.down();
  await page.mouse.move(stage.x + 60, stage.y + 70, { steps: 4 });
  await page.mouse.up();
  t.not(await transform(), zoomed);
});

browserTest('opened from disk: one file, no other request, nothing on the console, no text of the dataset as markup; light and dark', async (t) => {
  const { html } = await report(t);
  for (const colorScheme of ['light', 'dark'] as const) {
    const open = await openFile(t, html, { colorScheme });
    const { page, requests, complaints } = open;
    await page.locator('.card canvas').first().waitFor();
    await page.locator('.card').nth(2).scrollIntoViewIfNeeded();
    await pointAt(open, 0, 64, 64, [256, 192]);
    t.deepEqual(requests, [pathToFileURL(html).href]);
    t.deepEqual(complaints, []);
    t.true((await page.locator('h1').innerText()).includes('<!--<script>'));
    t.is(await page.locator('.card img').count(), 2);
    t.is(await page.locator('img[src="x"], svg[onload]').count(), 0);
    t.regex(await page.locator('.card .problem').innerText(), /does not exist/);
    const isDark = async (): Promise<boolean> => Number(/\d+/.exec(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'))![0]) < 128;
    t.is(await isDark(), colorScheme === 'dark');
    await page.locator('#theme').click();
    t.is(await isDark(), colorScheme === 'light', 'the button changes it');
  }
});

browserTest('the page\'s policy forbids what it does not need: scripts, pictures and connections from elsewhere', async (t) => {
  const { html } = await report(t);
  const { page } = await openFile(t, html);
  const refused = await page.evaluate<{ violations: string[]; wasRun: boolean }>(`(async () => {
    const violations = [];
    document.addEventListener('securitypolicyviolation', (event) => { violations.push(event.effectiveDirective); });
    const img = new Image();
    img.src = 'http://127.0.0.1:9/x.png';
    document.body.append(img);
    const script = document.createElement('script');
    script.textContent = 'globalThis.wasRun = true';
    document.body.append(script);
    await fetch('http://127.0.0.1:9/').catch(() => undefined);
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    return { violations, wasRun: 'wasRun' in globalThis };
  })()`);
  t.false(refused.wasRun);
  t.true(['connect-src', 'img-src', 'script-src-elem'].every((directive) => refused.violations.includes(directive)), refused.violations.join());
});

browserTest('hundreds of images: pictures lie beside the page and come and go with the window', async (t) => {
  const folder = await temporaryFolder(t);
  const images = Array.from({ length: 240 }, (_, i) => ({ id: i + 1, file_name: `${i}.png`, width: 64, height: 48 }));
  for (const { file_name } of images) takeScene('icon.png', join(folder, 'in', file_name));
  const annotations = images.map(({ id }) => ({ id, image_id: id, category_id: 1, iscrowd: 0, segmentation: rect(10, 10, 24, 24), area: 576, bbox: [10, 10, 24, 24] }));
  await writeFile(join(folder, 'many.json'), JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'icon' }] }));
  const { outputs } = await writeReport({ annotations: join(folder, 'many.json'), images: join(folder, 'in'), output: join(folder, 'report') });
  t.is(outputs.length, 241);
  const html = join(folder, 'report', 'index.html');
  t.false((await readFile(html, 'utf8')).includes('data:image/webp'));
  const open = await openFile(t, html);
  const { page, requests, complaints } = open;
  await page.locator('.card img').first().waitFor();
  t.is(await page.locator('.card').count(), 240);
  t.true(await page.locator('.card img').count() < 100);
  t.true(requests.every((url) => url.startsWith(pathToFileURL(join(folder, 'report')).href)), requests.find((url) => !url.includes('report')));
  await page.evaluate('scrollTo(0, document.body.scrollHeight)');
  await page.locator('.card').last().locator('canvas').waitFor();
  await page.waitForFunction('document.querySelector(".card").querySelector("img") === null');
  t.is(await page.evaluate('(async () => { const img = [...document.querySelectorAll(".card")].at(-1).querySelector("img"); await img.decode(); return img.naturalWidth; })()'), 64);
  t.deepEqual(complaints, []);
});
