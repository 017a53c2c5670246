/** Headless Chromium for the tests of the annotator's page: one process a test file, a context a test, and hands that do what a person's do. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { initProject } from '../../src/engine/init.js';
import { masksOf, type EngineMask } from '../../src/engine/masks.js';
import { withProject } from '../../src/engine/project.js';
import type { ImageSize } from '../../src/geometry/size.js';
import { temporaryFolder } from '../files/temporary-folder.js';

export const CHROMIUM = '/usr/bin/chromium';
export const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// without a browser, its runtime or the page's own build there is nothing to try
export const browserTest = existsSync(CHROMIUM) && existsSync('dist/src/annotator/ort') && existsSync('dist/src/annotator/app/main.js') ? test.serial : test.serial.skip;

let browser: Browser | undefined;
test.after.always(() => browser?.close());

export async function newContext(t: ExecutionContext, options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, colorScheme: 'dark', ...options });
  t.teardown(() => context.close());
  return context;
}

/** What a browser complains of: scripts that fail, things that the page's own policy forbids. */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  context.on('weberror', (error) => { complaints.push(error.error().message); });
  context.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}

export const READY = /Click an object|Is this mask right/;

export async function said(page: Page, pattern: RegExp): Promise<void> {
  await page.locator('#said').filter({ hasText: pattern }).waitFor({ state: 'attached', timeout: 60_000 });
}

/** A page at the address, ready for clicks. */
export async function opened(context: BrowserContext, address: string, ready = READY): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await said(page, ready);
  return page;
}

/** Where a spot of an image of that size is in the window, while the whole image is shown. */
export async function spotOf(page: Page, { width, height }: ImageSize, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator('#stage').boundingBox())!; // the page has one
  const scale = Math.min((box.width - 48) / width, (box.height - 48) / height);
  return { x: box.x + (box.width - width * scale) / 2 + x * scale, y: box.y + (box.height - height * scale) / 2 + y * scale };
}

export async function click(page: Page, size: ImageSize, x: number, y: number, key?: 'Shift'): Promise<void> {
  const at = await spotOf(page, size, x, y);
  if (key !== undefined) await page.keyboard.down(key);
  await page.mouse.click(at.x, at.y);
  if (key !== undefined) await page.keyboard.up(key);
}

export async function drag(page: Page, size: ImageSize, path: readonly (readonly [number, number])[]): Promise<void> {
  for (const [i, [x, y]] of path.entries()) {
    const at = await spotOf(page, size, x, y);
    await page.mouse.move(at.x, at.y, { steps: i === 0 ? 1 : 5 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** The scenes that most tests draw on: the first is `FRUIT`'s size, with a red ball about (75, 120) and a green one about (126, 141). */
export const FRUIT = { width: 256, height: 192 }, RED = [75, 120] as const, GREEN = [126, 141] as const;

/** A project over scenes of this project: `a.png` is the fruit. */
export async function sceneProject(t: ExecutionContext, names: readonly string[] = ['a.png', 'b.png'], { root, classes = ['thing', 'fruit', 'plant'] }: { root?: string; classes?: readonly string[] } = {}): Promise<string> {
  const place = root ?? await temporaryFolder(t), images = join(place, 'images'), folder = join(place, 'project');
  mkdirSync(images, { recursive: true });
  for (const [i, name] of names.entries()) copyFileSync(join('fixtures/scenes', ['fruit.png', 'tiles.png', 'icon.png'][i % 3]!), join(images, name));
  const categories = join(place, 'categories.txt');
  writeFileSync(categories, classes.join('\n'));
  await initProject({ folder, images, categories, valShare: 0, env: {} }, Date.now());
  return folder;
}

/** `sam engine assist` in a process of its own. */
export async function served(t: ExecutionContext, folder: string): Promise<{ address: string; port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, ['bin/run.js', 'engine', 'assist', folder, '--annotator', 'ann'], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => { child.kill('SIGKILL'); });
  let text = '';
  for await (const chunk of child.stderr) {
    text += String(chunk);
    const address = /http:\/\/\S+/.exec(text)?.[0];
    if (address !== undefined) return { address, port: Number(new URL(address).port), child };
  }
  throw new Error(text);
}

/** The masks of an image as they are on the disk, which a writer may still be at work on. */
export async function masksOnDisk(folder: string, imageId = 1): Promise<EngineMask[]> {
  return withProject(folder, 'read', (project) => masksOf(project, imageId));
}
