/**
 * Small YAML files from anyone, as texts, lists and maps only: no numbers are guessed, no types are made, nothing is merged. Depth is
 * checked before the parser sees the text, because it calls itself once a level and would end the process.
 */
import { isUtf8 } from 'node:buffer';
import { parseDocument } from 'yaml';
import { SamError, messageOf } from '../../errors.js';
import { readWhole } from '../file-bytes.js';

/** Every scalar is its text; an empty one is `''`. */
export type YamlValue = string | YamlValue[] | Map<string, YamlValue>;

const MAX_BYTES = 1 << 20;
const MAX_DEPTH = 64;
/** Columns before the first word of a line; each level of blocks takes at least one. */
const MAX_INDENT = 128;
const MAX_ALIASES = 100;

/** Throws `data/yaml`, `data/unreadable`, `data/format`, all naming `name`. */
export async function readYaml(path: string, name: string): Promise<YamlValue> {
  return parseYaml(await readWhole(path, MAX_BYTES, name), name);
}

/** Throws `data/yaml` naming `name` and the line. */
export function parseYaml(bytes: Uint8Array, name: string): YamlValue {
  if (!isUtf8(bytes)) throw wrong(name, 'The file is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  assertShallow(text, name);
  try {
    const document = parseDocument(text, { schema: 'failsafe', merge: false, logLevel: 'error' });
    const [error] = document.errors;
    if (error !== undefined) throw wrong(name, error.message.split('\n')[0]?.replace(/:$/, '') ?? error.code, error.linePos?.[0].line);
    return plain(document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES }), name);
  } catch (error) {
    throw error instanceof SamError ? error : wrong(name, messageOf(error));
  }
}

function assertShallow(text: string, name: string): void {
  let depth = 0;
  for (const [i, line] of text.split('\n').entries()) {
    for (const c of line) {
      if (c === '[' || c === '{') depth++;
      else if (c === ']' || c === '}') depth = Math.max(0, depth - 1);
      if (depth > MAX_DEPTH) throw wrong(name, `Line ${i + 1} is nested deeper than ${MAX_DEPTH} levels`, i + 1);
    }
    const [indent = ''] = /^[\s\-?:]*/.exec(line) ?? [];
    if (indent.length > MAX_INDENT) throw wrong(name, `Line ${i + 1} begins behind column ${MAX_INDENT}`, i + 1);
  }
}

function plain(value: unknown, name: string): YamlValue {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item, name));
  if (value instanceof Map) return new Map([...value].map(([key, item]: [unknown, unknown]) => [keyOf(key, name), plain(item, name)]));
  throw wrong(name, 'There is a value that is no text, list or map');
}

function keyOf(key: unknown, name: string): string {
  if (typeof key === 'string') return key;
  throw wrong(name, 'A key of a map is a list or a map');
}

function wrong(file: string, message: string, line?: number): SamError {
  return new SamError('data/yaml', `Not a YAML file that can be read: ${message.replace(/\.$/, '')}.`, { file, line });
}
