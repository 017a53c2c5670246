/** The page with its real server: a mask is accepted, on the disk and there after a reload; two tabs get two images; another origin gets nothing. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { chromium, type Browser, type Page } from 'playwright-core';
import { packagedSite } from '../../src/annotator/site.js';
import { projectPlace, running } from './running.js';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// without a browser, its runtime or the page's own build there is nothing to try
const browserTest = existsSync(CHROMIUM) && existsSync('dist/src/annotator/ort') && existsSync('dist/src/annotator/app/main.js') ? test.serial : test.serial.skip;

let browser: Browser | undefined;
test.after.always(() => browser?.close());

async function ready(page: Page): Promise<void> {
  await page.locator('#said').filter({ hasText: /Click an object/ }).waitFor({ state: 'attached', timeout: 60_000 });
}

browserTest('accepted masks outlive a reload, and each tab has an image of its own', async (t) => {
  const place = await projectPlace(t), { origin, token } = await running(t, place.folder, { site: await packagedSite() });
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  t.teardown(() => context.close());
  const complaints: string[] = [];
  context.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  context.on('weberror', (error) => { complaints.push(error.error().message); });
  const page = await context.newPage();
  await page.goto(`${origin}/#t=${token}`);
  await ready(page);
  t.false(page.url().includes(token));
  const file = await page.locator('#file').textContent();
  await page.keyboard.press('t');
  await page.mouse.move(300, 300);
  await page.mouse.down();
  await page.mouse.move(420, 380, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.press('Enter');
  await page.locator('#said').filter({ hasText: /^Saved/ }).waitFor({ state: 'attached' });
  await page.reload();
  await ready(page);
  t.deepEqual([await page.locator('#file').textContent(), await page.locator('#masks').textContent()], [file, '1 mask']);
  const other = await context.newPage();
  await other.goto(`${origin}/`);
  await ready(other);
  t.not(await other.locator('#file').textContent(), file);
  t.deepEqual(complaints, []);
});

browserTest('a page of another origin can neither read nor write', async (t) => {
  const place = await projectPlace(t), { origin, token } = await running(t, place.folder, { site: await packagedSite() });
  const stranger = createServer((_request, response) => { response.setHeader('content-type', 'text/html').end('<!doctype html><title>stranger</title>'); });
  await new Promise<void>((resolve) => { stranger.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => { stranger.close(); });
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await browser.newContext();
  t.teardown(() => context.close());
  const own = await context.newPage();
  // the cookie is there: that it is not enough is the point
  await own.goto(`${origin}/#t=${token}`);
  await ready(own);
  const page = await context.newPage();
  // a TCP server has such an address
  await page.goto(`http://localhost:${(stranger.address() as AddressInfo).port}/`);
  for (const path of ['/api/project', '/images/1', '/embeddings/1', '/model/decoder.onnx']) {
    t.is(await page.evaluate(`fetch('${origin}${path}', { credentials: 'include' }).then(() => 'read', () => 'refused')`), 'refused', path);
  }
  await page.evaluate(`fetch('${origin}/api/claim', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"tab":"tab-0123456789abcdef","want":2}' }).catch(() => undefined)`);
  t.is(await page.evaluate(`new Promise((resolve) => { const i = new Image(); i.onload = () => resolve('shown'); i.onerror = () => resolve('refused'); i.src = '${origin}/images/1'; })`), 'refused');
  await own.reload();
  await ready(own);
  t.is(await own.evaluate(`fetch('/api/claim', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"tab":"tab-of-somebody-else","want":2}' }).then((r) => r.status)`), 200, 'the image was not claimed by the stranger');
});
