/** Texts in XML that is written: escaped so that every reader gets them back, line ends and tabs in attributes included. */
import { SamError, printableName } from '../../errors.js';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' };
/** What XML 1.0 cannot say at all, not even by number. */
const UNSAYABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** For an attribute's value in double quotes, or for character data. Throws `data/limit` for characters that XML does not have. */
export function xmlText(text: string): string {
  if (UNSAYABLE.test(text)) throw new SamError('data/limit', `The text "${printableName(text.slice(0, 40))}" has characters that XML cannot hold.`);
  return text.replace(/[&<>"\t\n\r]/g, (c) => ESCAPES[c] ?? c);
}
