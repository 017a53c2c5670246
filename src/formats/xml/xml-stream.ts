/**
 * XML from files that are not trusted, as a stream: each child of the root as a whole element, one at a time. A DOCTYPE is refused, so no
 * entity but XML's own five can be named and nothing is ever fetched; depth, elements and sizes are capped.
 */
import { SaxesParser } from 'saxes';
import { SamError, messageOf } from '../../errors.js';

/** `text`: all character data directly in it, joined. `line`, `column`: where its opening tag ends, from 1. */
export interface XmlElement { name: string; attributes: ReadonlyMap<string, string>; children: XmlElement[]; text: string; line: number; column: number }

const MAX_DEPTH = 32;
/** Elements in one child of the root. */
const MAX_ELEMENTS = 2 ** 18;
/** Bytes of one tag, text or comment, and of one child of the root. */
const MAX_TOKEN_BYTES = 2 ** 26, MAX_CHILD_BYTES = 2 ** 29;

/** The children of the root element of a UTF-8 document, in their order; `root` is what the root must be called. Throws `data/xml`, `data/format`. */
export async function* childrenOfRoot(chunks: AsyncIterable<Uint8Array>, root: string, file: string): AsyncGenerator<XmlElement> {
  const document = xmlDocument(root, file);
  for await (const chunk of chunks) yield* document.feed(chunk);
  yield* document.end();
}

function xmlDocument(root: string, file: string) {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const open: XmlElement[] = [];
  let done: XmlElement[] = [], elements = 0, tokenBytes = 0, childBytes = 0;

  const fail = (what: string): never => {
    throw new SamError('data/xml', `${what}, at line ${parser.line}, column ${parser.column}.`, { file, record: `line ${parser.line}`, line: parser.line, column: parser.column });
  };
  parser.on('error', (error) => fail(`The XML is malformed: ${messageOf(error).replace(/^[0-9]+:[0-9]+: /, '').replace(/\.$/, '')}`));
  parser.on('doctype', () => fail('The file has a DOCTYPE, which may name entities and other files and is refused'));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) fail(`The file says that it is encoded as ${encoding.slice(0, 20)}; UTF-8 is read`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    tokenBytes = 0;
    if (open.length === 0 && name !== root) throw new SamError('data/format', `Expected a root element ${root}, found ${name.slice(0, 40)}.`, { file, record: `line ${parser.line}`, line: parser.line, column: parser.column });
    if (open.length === MAX_DEPTH) fail(`More than ${MAX_DEPTH} elements stand inside one another`);
    if (++elements > MAX_ELEMENTS) fail(`One element holds more than ${MAX_ELEMENTS} others`);
    const element: XmlElement = { name, attributes: new Map(Object.entries(attributes)), children: [], text: '', line: parser.line, column: parser.column };
    // the root does not keep its children: they are handed out
    if (open.length > 1) open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    tokenBytes = 0;
    const element = open.pop();
    if (open.length !== 1 || element === undefined) return;
    done.push(element);
    elements = 0;
    childBytes = 0;
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined && open.length > 1) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);

  const write = (bytes: Uint8Array, isLast: boolean): XmlElement[] => {
    tokenBytes += bytes.length;
    childBytes += bytes.length;
    parser.write(decoded(bytes, isLast));
    if (isLast) parser.close();
    if (tokenBytes > MAX_TOKEN_BYTES) fail(`A tag or text has more than ${MAX_TOKEN_BYTES} bytes`);
    if (childBytes > MAX_CHILD_BYTES) fail(`One element has more than ${MAX_CHILD_BYTES} bytes`);
    const children = done;
    done = [];
    return children;
  };
  const decoded = (bytes: Uint8Array, isLast: boolean): string => {
    try {
      return utf8.decode(bytes, { stream: !isLast });
    } catch {
      return fail('The file is no UTF-8');
    }
  };
  return { feed: (chunk: Uint8Array) => write(chunk, false), end: () => write(new Uint8Array(0), true) };
}
