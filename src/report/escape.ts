/** Text from files as parts of a page: nothing in it can end the element it stands in, or look like another text. */
import { printableName } from '../errors.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** Text for an element or a quoted attribute; control and bidirectional characters are shown as what they are. */
export function htmlText(text: string): string {
  return printableName(text).replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

/** JSON for a `script` element: without `<`, so that neither `</script` nor `<!--` can stand in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
