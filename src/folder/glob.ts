/** Glob patterns (`*`, `**`, `?`, `[...]`, `{a,b}`; the only door to fast-glob). They match files, not folders, and follow no links to folders. */
import glob from 'fast-glob';
import { SamError, messageOf, printableName } from '../errors.js';

/** Whether a text has wildcards at all. */
export function isGlob(text: string): boolean {
  return glob.isDynamicPattern(text);
}

/** The files that match, and the pattern's longest part without wildcards, which is a folder. Throws `usage/input-missing`. */
export async function expandGlob(pattern: string): Promise<{ base: string; paths: string[] }> {
  try {
    // links to files must come through, which `onlyFiles` would drop
    const paths = await glob(pattern, { onlyFiles: false, followSymbolicLinks: false, dot: false, unique: true });
    return { base: baseOf(pattern), paths };
  } catch (error) {
    throw new SamError('usage/input-missing', `Cannot expand ${printableName(pattern)}: ${messageOf(error)}.`, { file: pattern, cause: error });
  }
}

function baseOf(pattern: string): string {
  const parts = pattern.split('/');
  // braces may hold slashes: `{a/b,c}`
  const firstDynamic = parts.findIndex((part) => (part !== '' && glob.isDynamicPattern(part)) || /(?<!\\)\{[^}]*$/.test(part));
  const fixed = parts.slice(0, firstDynamic).join('/').replace(/\\(?=[!*?|(){}[\]])/g, '');
  if (fixed !== '') return fixed;
  return pattern.startsWith('/') ? '/' : '.';
}
