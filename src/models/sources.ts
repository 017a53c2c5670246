/** Where a model file may be asked for: the mirrors of `SAM_MODEL_MIRROR` in their order, then its publisher. */
import { SamError, printableName } from '../errors.js';
import type { Environment } from './cache-dir.js';

/** Addresses to try, in order. A mirror may be http, if it says so itself; a publisher may not. Throws `usage/option`, `model/unsafe`. */
export function sourcesOf(file: { sha256: string; url: string }, env: Environment): URL[] {
  const publisher = new URL(file.url);
  if (publisher.protocol !== 'https:') throw new SamError('model/unsafe', `Models are fetched over https only, not from ${file.url}.`);
  return [...mirrorsOf(env).map((mirror) => new URL(`${mirror}/${file.sha256}`)), publisher];
}

/** The mirrors' addresses without a slash at the end. Throws `usage/option`. */
function mirrorsOf(env: Environment): string[] {
  return (env['SAM_MODEL_MIRROR'] ?? '').split(',').map((text) => text.trim()).filter((text) => text !== '').map((text) => {
    const usable = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
    if (!usable) throw new SamError('usage/option', `SAM_MODEL_MIRROR expects addresses that begin with https:// or http://, got "${printableName(text)}".`);
    return text.replace(/\/+$/, '');
  });
}
