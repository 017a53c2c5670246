/** Opens the page in the person's browser, without the address's key on any command line, where other users of the machine would see it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] };

/** Writes a page that leads to `address`, for this user's eyes only, into `folder`, and opens that. Returns how to take it away. */
export async function openBrowser(address: string, folder: string): Promise<() => Promise<void>> {
  const path = join(folder, `open-${randomBytes(8).toString('hex')}.html`);
  await writeFile(path, `<!doctype html><meta charset="utf-8"><title>sam</title><meta http-equiv="refresh" content="0; url=${address}"><a href="${address}">sam</a>\n`, { mode: 0o600, flag: 'wx' });
  const [command, ...rest] = OPENERS[process.platform] ?? ['xdg-open'];
  // a machine without a browser has the printed address
  spawn(command, [...rest, pathToFileURL(path).href], { stdio: 'ignore', detached: true }).on('error', () => undefined).unref();
  return () => rm(path, { force: true });
}
