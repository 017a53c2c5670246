/** The name of an XML file's root element from the file's first bytes, to tell one format from another: no judgement on the rest. */

/** Skips the declaration and comments; undefined where the first other thing is no element, a DOCTYPE say. */
export function xmlRoot(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString().replace(/^\ufeff/, '');
  for (let at = 0; ;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const end = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined;
    if (end === undefined) return /^<([^\s<>/!?]+)/.exec(text.slice(at, at + 200))?.[1];
    const stop = text.indexOf(end, at + 2);
    if (stop < 0) return undefined;
    at = stop + end.length;
  }
}
