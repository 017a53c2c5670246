/**
 * The annotator's page in headless Chromium with the embedded model: click to mask, next image when it was fetched ahead, frames a second while an image with 1,000 masks
 * is moved. Prints medians.
 *
 *   node dist/bench/annotator.bench.js
 *
 * Times are taken inside the page: from the release of the button, or the key, to what is then shown. The page draws without a graphics card here.
 */
import { chromium, type Page } from 'playwright-core';
import type { MaskView } from '../src/annotator/api.js';
import type { ImageSize } from '../src/geometry/size.js';
import { boxFromRle, rleArea } from '../src/mask/rle.js';
import { rleToString } from '../src/mask/rle-string.js';
import { FakeServer, type FakeImage } from '../test/annotator/fake-server.js';
import { drawnBlobs } from './annotator-scenes.js';

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const SCENE = 'fixtures/scenes/fruit.png';
const CLICKS = 30, IMAGES = 8, MASKS = 1000;

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;

function drawnMasks(size: ImageSize): MaskView[] {
  return drawnBlobs(size, MASKS).map((rle, i) => ({
    id: i + 1, revision: 1, categoryId: i % 3 + 1, counts: rleToString(rle), box: boxFromRle(rle) ?? { x0: 0, y0: 0, x1: 0, y1: 0 }, area: rleArea(rle), status: 'accepted' as const, stage: 'fully-automatic',
    annotator: null, predictedIou: 0.9, score: null, supersedes: null,
  }));
}

/** Milliseconds from the last event of a kind to each change of an element's text that matches. */
async function watch(page: Page, event: string, id: string, pattern: string): Promise<void> {
  await page.evaluate(`(() => {
    let from = 0;
    window.times = [];
    addEventListener('${event}', (e) => { if (e.key === undefined || e.key === 'n') from = performance.now(); }, true);
    new MutationObserver(() => { if (from > 0 && new RegExp('${pattern}').test(document.getElementById('${id}').textContent)) { window.times.push(performance.now() - from); from = 0; } })
      .observe(document.getElementById('${id}'), { childList: true, characterData: true, subtree: true });
  })()`);
}

const timesOf = (page: Page): Promise<number[]> => page.evaluate('window.times');
const said = (page: Page, pattern: RegExp): Promise<void> => page.locator('#said').filter({ hasText: pattern }).waitFor({ state: 'attached' });

async function clicks(page: Page): Promise<number> {
  await watch(page, 'pointerup', 'said', 'Enter accepts it|found nothing');
  for (let i = 0; i < CLICKS; i++) {
    await page.mouse.click(300 + 13 * i, 250 + 7 * (i % 9));
    await said(page, /Enter accepts it|found nothing/);
    await page.keyboard.press('Escape');
    // a hand takes longer to the next object than the preview under the pointer does; but the click comes at once with its move, so that no preview is there for it
    await page.waitForTimeout(150);
  }
  return median(await timesOf(page));
}

async function nexts(page: Page): Promise<number> {
  await watch(page, 'keydown', 'file', '.+');
  for (let i = 1; i < IMAGES; i++) {
    await said(page, /Click an object/);
    // what comes next is fetched while a person works
    await page.waitForTimeout(1500);
    await page.keyboard.press('n');
    await page.locator('#file').filter({ hasText: `image ${i + 1}` }).waitFor();
  }
  return median(await timesOf(page));
}

async function frames(page: Page): Promise<number> {
  await page.mouse.move(500, 400);
  await page.mouse.down({ button: 'middle' });
  await page.evaluate(`(() => {
    window.times = [];
    let last = performance.now();
    const frame = (now) => { window.times.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  })()`);
  for (let i = 0; i < 4; i++) await page.mouse.move(500 + (i % 2 === 0 ? 180 : -180), 400 + 40 * i, { steps: 60 });
  const times = await timesOf(page);
  await page.mouse.up({ button: 'middle' });
  return 1000 / median(times);
}

async function withPage<T>(images: FakeImage[], measure: (page: Page) => Promise<T>): Promise<T> {
  const server = await FakeServer.start({ images }), browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(server.url);
    await said(page, /Click an object/);
    return await measure(page);
  } finally {
    await browser.close();
    await server.close();
  }
}

const scene = await FakeServer.start({ images: [{ path: SCENE, fileName: 'scene' }] });
const { width, height } = scene.images[0]!;
await scene.close();
const one = { path: SCENE, fileName: 'image 1' };
console.log(`click to mask: ${(await withPage([one], clicks)).toFixed(1)} ms (median of ${CLICKS})`);
console.log(`next image, fetched ahead: ${(await withPage(Array.from({ length: IMAGES }, (_, i) => ({ path: SCENE, fileName: `image ${i + 1}` })), nexts)).toFixed(1)} ms (median of ${IMAGES - 1})`);
console.log(`moving ${MASKS} masks: ${(await withPage([{ ...one, masks: drawnMasks({ width, height }) }], frames)).toFixed(0)} frames a second (median)`);
