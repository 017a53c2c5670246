/** Recognising formats that are a JSON file an image: by the file itself, or by the first files of a folder. */
import type { Match, Probe } from '../format.js';

/** So many files of a folder are looked at before it is said to hold something else. */
const FILES_LOOKED_AT = 3;

/** `matchOf` judges the head of a file, which it calls `name`. Files whose names or folders begin with a dot are not looked at. */
export async function matchJson(probe: Probe, matchOf: (head: Uint8Array, name: string) => Match): Promise<Match> {
  if (!probe.directory) return matchOf(probe.head, 'it');
  const files = probe.names.filter((name) => name.endsWith('.json') && !name.startsWith('.') && !name.includes('/.'));
  let last: Match = { score: 0, reason: 'there is no JSON file in the folder' };
  for (const name of files.slice(0, FILES_LOOKED_AT)) {
    last = matchOf(await probe.headOf(name), name);
    if (last.score > 0) return last;
  }
  return last;
}
