/**
 * The annotator with photographs of 24 megapixels, the real server in a process of its own, and headless Chromium: opening, clicks, moving and zooming with 1,000 masks in sight, what other
 * requests wait while embeddings are made, and memory.
 *
 *   node dist/bench/annotator-photos.bench.js [IMAGE...]
 *
 * The photographs are drawn; images that are named are taken instead. Times are taken inside the page, which draws without a graphics card here.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { initProject } from '../src/engine/init.js';
import { imageById } from '../src/engine/images.js';
import { addMasks } from '../src/engine/masks.js';
import { openProject } from '../src/engine/project.js';
import { Tab } from '../test/annotator/running.js';
import { drawnBlobs, drawPhotograph } from './annotator-scenes.js';

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const SIZE = { width: 6000, height: 4000 }, PHOTOGRAPHS = 5, MASKS = 1000, CLICKS = 20;

const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);
const share = (values: number[], part: number): number => sorted(values)[Math.min(values.length - 1, Math.floor(part * values.length))] ?? NaN;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

async function project(root: string, given: readonly string[]): Promise<string> {
  const images = join(root, 'images'), folder = join(root, 'project');
  mkdirSync(images);
  for (const path of given) copyFileSync(path, join(images, basename(path)));
  if (given.length === 0) for (let i = 1; i <= PHOTOGRAPHS; i++) await drawPhotograph(join(images, `photograph-${i}.jpg`), SIZE, i);
  await initProject({ folder, images, valShare: 0, env: {} }, Date.now());
  const opened = await openProject(folder, 'write');
  const { width, height } = imageById(opened, 1);
  addMasks(opened, drawnBlobs({ width, height }, MASKS).map((rle) => ({ imageId: 1, categoryId: 1, stage: 'fully-automatic' as const, status: 'accepted' as const, rle })), Date.now());
  await opened.close();
  return folder;
}

async function served(folder: string): Promise<{ server: ChildProcess; address: URL }> {
  const server = spawn(process.execPath, ['bin/run.js', 'engine', 'assist', folder, '--annotator', 'bench'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  for await (const chunk of server.stderr) {
    text += String(chunk);
    const found = /http:\/\/\S+/.exec(text)?.[0];
    if (found !== undefined) return { server, address: new URL(found) };
  }
  throw new Error(text);
}

/** Milliseconds that small requests of another tab take, until `stop`. */
async function othersWait(tab: Tab, stop: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!stop.aborted) {
    const from = performance.now();
    await tab.get('/api/project');
    times.push(performance.now() - from);
    await sleep(5);
  }
  return times;
}

/** Physical memory in MB that a process has, or had at most. */
const memory = (pid: number, field: 'VmRSS' | 'VmHWM'): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;

/** Seconds of processor that the page and what draws for it have used. */
async function processorSeconds(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer' || type === 'GPU').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

async function pageMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => memory(id, 'VmRSS')));
}

const said = (page: Page, pattern: RegExp): Promise<void> => page.locator('#said').filter({ hasText: pattern }).waitFor({ state: 'attached', timeout: 120_000 });
const point = (page: Page): Promise<{ x: number; y: number }> => page.locator('#stage').boundingBox().then((box) => ({ x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 }));

/** From the release of the button to what is then said, with the masks hidden so that clicks ask the model. */
async function clicks(page: Page): Promise<number[]> {
  const middle = await point(page);
  await page.evaluate(`(() => {
    let from = 0;
    window.times = [];
    addEventListener('pointerup', () => { from = performance.now(); }, true);
    new MutationObserver(() => { if (from > 0 && /Enter accepts it|found nothing/.test(document.getElementById('said').textContent)) { const at = from; from = 0; requestAnimationFrame(() => { window.times.push(performance.now() - at); }); } })
      .observe(document.getElementById('said'), { childList: true, characterData: true, subtree: true });
  })()`);
  for (let i = 0; i < CLICKS; i++) {
    await page.mouse.click(middle.x - 200 + 20 * i, middle.y - 100 + 12 * (i % 9));
    await said(page, /Enter accepts it|found nothing/);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(30);
  }
  return await page.evaluate('window.times');
}

/** Milliseconds between frames while something is done, and until the picture rests. */
async function frames(page: Page, name: string, act: () => Promise<void>): Promise<void> {
  const before = await processorSeconds(browser);
  await page.evaluate(`(() => {
    window.times = []; window.isMeasured = true;
    let last = performance.now();
    const frame = (now) => { window.times.push(now - last); last = now; if (window.isMeasured) requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  })()`);
  await act();
  await page.waitForTimeout(400);
  const times: number[] = await page.evaluate('(window.isMeasured = false, window.times.slice(1))');
  const processor = 1000 * (await processorSeconds(browser) - before) / times.length;
  console.log(`${name}: ${(1000 / share(times, 0.5)).toFixed(0)} frames a second (median), ${(1000 * times.length / times.reduce((a, b) => a + b, 0)).toFixed(0)} in the mean, the slowest frame ${ms(Math.max(...times))}, ${ms(processor)} of processor a frame`);
}

async function moving(page: Page): Promise<void> {
  const { x, y } = await point(page);
  await page.mouse.move(x, y);
  await page.mouse.down({ button: 'middle' });
  for (let i = 0; i < 4; i++) await page.mouse.move(x + (i % 2 === 0 ? 180 : -180), y + 40 * i, { steps: 40 });
  await page.mouse.up({ button: 'middle' });
}

async function zooming(page: Page, by: number): Promise<void> {
  for (let i = 0; i < 24; i++) {
    await page.mouse.wheel(0, by);
    await page.waitForTimeout(15);
  }
}

const root = mkdtempSync(join(tmpdir(), 'sam-bench-'));
const folder = await project(root, process.argv.slice(2));
const { server, address } = await served(folder), browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
try {
  const other = await Tab.open({ origin: address.origin, token: address.hash.slice('#t='.length) }, 'tab-of-the-other-one');
  const ending = new AbortController(), waits = othersWait(other, ending.signal);
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  const from = performance.now();
  await page.goto(address.href);
  await page.locator('#file').filter({ hasText: /./ }).waitFor();
  console.log(`opened, picture and ${MASKS} masks in sight: ${ms(performance.now() - from)}`);
  await said(page, /Click an object/);
  console.log(`and ready for clicks (first embedding, model loaded): ${ms(performance.now() - from)}`);
  // the embeddings of the images after it are made meanwhile
  await sleep(6000);
  ending.abort();
  const times = await waits;
  console.log(`a small request while embeddings are made: median ${ms(share(times, 0.5))}, 99 % ${ms(share(times, 0.99))}, the slowest ${ms(Math.max(...times))} (${times.length} requests)`);
  await frames(page, `moving, ${MASKS} masks`, () => moving(page));
  await frames(page, `zooming in, ${MASKS} masks`, () => zooming(page, -120));
  await frames(page, 'moving, zoomed in', () => moving(page));
  await frames(page, 'zooming out', () => zooming(page, 120));
  await page.keyboard.press('h');
  await page.keyboard.press('0');
  const before = await processorSeconds(browser), answered = await clicks(page), each = 1000 * (await processorSeconds(browser) - before) / CLICKS;
  console.log(`click to mask: median ${ms(share(answered, 0.5))}, the slowest ${ms(Math.max(...answered))} (${answered.length} clicks), ${ms(each)} of processor a click with its previews`);
  await page.keyboard.press('h');
  const name = await page.locator('#file').textContent();
  await page.evaluate(`(() => {
    addEventListener('keydown', (e) => { if (e.key === 'n') window.from = performance.now(); }, true);
    new MutationObserver(() => { window.turned = performance.now() - window.from; }).observe(document.getElementById('file'), { childList: true, characterData: true, subtree: true });
  })()`);
  await page.keyboard.press('n');
  await page.locator('#file').filter({ hasNotText: name! }).waitFor();
  console.log(`next image, fetched ahead: ${ms(await page.evaluate('window.turned'))}`);
  await said(page, /Click an object/);
  console.log(`memory: the server ${memory(server.pid!, 'VmRSS').toFixed(0)} MB (at most ${memory(server.pid!, 'VmHWM').toFixed(0)}), the page ${(await pageMemory(browser)).toFixed(0)} MB`);
} finally {
  await browser.close();
  server.kill('SIGINT');
  await new Promise((resolve) => { server.once('exit', resolve); });
  rmSync(root, { recursive: true, force: true });
}
