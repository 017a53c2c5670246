/** A real browser for tests of pages: Debian's Chromium, headless, with everything that it asks for and complains of recorded. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Tests that need the browser are skipped where it is not installed. */
export const browserTest = existsSync(CHROMIUM) ? test : test.skip;

let running: Promise<Browser> | undefined;

export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
}

/** `requests`: of everything but data: URLs. `complaints`: errors, warnings and anything else on the console. */
export interface OpenPage { page: Page; requests: string[]; complaints: string[] }

/** Opens a file of the disk in a window of its own, which is closed with the test. */
export async function openFile(t: ExecutionContext, path: string, options: { colorScheme?: 'light' | 'dark'; width?: number } = {}): Promise<OpenPage> {
  running ??= chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await (await running).newContext({ viewport: { width: options.width ?? 1200, height: 800 }, colorScheme: options.colorScheme ?? 'light' });
  t.teardown(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [], complaints: string[] = [];
  page.on('request', (request) => { if (!request.url().startsWith('data:')) requests.push(request.url()); });
  page.on('console', (message) => { complaints.push(`${message.type()}: ${message.text()}`); });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(path).href);
  return { page, requests, complaints };
}
