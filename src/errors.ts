/**
 * The one error type of the toolkit: what was being done, to which file or record, what was expected and what was found.
 * Each code belongs to a kind, and each kind has one exit code (`docs/errors.md` lists them all; a test holds that page).
 */

/** Who must act, and the exit code a command ends with. `item` errors cost one image or record, never the run. */
export const EXIT_CODES = {
  internal: 1,
  usage: 2,
  item: 3,
  data: 4,
  model: 5,
  locked: 6,
  threshold: 7,
  storage: 8,
  interrupted: 130,
} as const;

export type ErrorKind = keyof typeof EXIT_CODES;

/** Every code, the kind that it belongs to, and one sentence for `docs/errors.md`. */
export const ERROR_CODES = {
  'internal/unexpected': ['internal', 'A fault of ours; please report it with the stack that --verbose prints.'],
  'internal/install': ['internal', 'A library that belongs to the installation cannot be loaded; `sam doctor` tells more.'],
  'internal/worker-setup': ['internal', 'The worker processes die before they can begin.'],
  'internal/worker-protocol': ['internal', 'A worker process answered something that it never should.'],
  'usage/option': ['usage', 'An option has a value outside its range or of another kind.'],
  'usage/input-missing': ['usage', 'An input path does not exist, or cannot be read.'],
  'usage/no-images': ['usage', 'A folder or glob holds no image that sam can read.'],
  'usage/name-collision': ['usage', 'Two images would claim the same output path.'],
  'usage/output-exists': ['usage', 'An output that this run did not make is in the way.'],
  'usage/options-changed': ['usage', 'The output folder was made with other options.'],
  'usage/request': ['usage', 'A request to the annotator\'s server is malformed.'],
  'usage/port': ['usage', 'The port that was asked for cannot be listened on.'],
  'usage/no-project': ['usage', 'A folder holds no project of the data engine.'],
  'usage/output-in-input': ['usage', 'The output would overwrite an input.'],
  'usage/no-python': ['usage', 'No Python with the packages that training needs was found.'],
  'image/missing': ['item', 'The image vanished between listing and reading.'],
  'image/unreadable': ['item', 'The image cannot be opened: permissions, or not a regular file.'],
  'image/empty': ['item', 'The image file has no bytes.'],
  'image/format': ['item', 'The content is no JPEG, PNG, WebP or TIFF, whatever the name says.'],
  'image/truncated': ['item', 'The image ends early or is damaged; --lenient decodes what there is.'],
  'image/too-large': ['item', 'The header promises more pixels than --max-pixels.'],
  'image/decode': ['item', 'The decoder refused the image.'],
  'image/changed': ['item', 'The image changed while it was being read.'],
  'image/size': ['item', 'The image has another size than the annotations say.'],
  'image/object-too-small': ['item', 'An object has no pixel left at the size that a trainer sees.'],
  'image/name': ['item', 'The output name that follows from the image\'s name is longer than a file system takes.'],
  'prompt/invalid': ['item', 'A record of a prompts file breaks a rule, or its prompt cannot be used on its image.'],
  'engine/conflict': ['item', 'A record of a project was changed by another since it was read, or is not yours to change.'],
  'engine/record': ['item', 'A record does not fit the project: no such image, mask or category, or a mask of another size.'],
  'worker/died': ['item', 'A worker process died on this image, twice.'],
  'data/json': ['data', 'An annotation file is not valid JSON.'],
  'data/xml': ['data', 'An annotation file is not valid XML, or more than one file may be.'],
  'data/yaml': ['data', 'An annotation file is not valid YAML, or more than one file may be.'],
  'data/png': ['data', 'A picture of labels is damaged, too large, or holds colours where labels are expected.'],
  'data/coco': ['data', 'An annotation file is not a COCO instances file.'],
  'data/unsafe-path': ['data', 'A name in a file leads out of the folder it belongs to.'],
  'data/rle': ['data', 'A run-length encoding is malformed.'],
  'data/polygon': ['data', 'A polygon is malformed.'],
  'data/holes': ['data', 'A mask has holes, which polygons would fill; --holes bridge keeps them, --holes drop fills them.'],
  'data/record': ['data', 'A record of an annotation file breaks a rule.'],
  'data/format': ['data', 'An input is in no format that sam knows, or not in the one that was named.'],
  'data/unreadable': ['data', 'An annotation file or folder cannot be opened.'],
  'data/limit': ['data', 'A record has more than the output format can hold at all.'],
  'data/mismatch': ['data', 'Predictions and ground truth have no image or no category in common.'],
  'data/project': ['data', 'The database of a project is damaged, or was made by a newer version.'],
  'data/recording': ['data', 'A recording of what people did is malformed, or was made by a newer version.'],
  'data/conflict': ['data', 'Datasets that are to be merged contradict each other.'],
  'data/loss': ['data', 'The output cannot hold all that the input says; --allow-lossy writes it nevertheless.'],
  'model/missing': ['model', 'The model or one of its files is not there.'],
  'model/unknown': ['model', 'No registry entry and no folder has this name.'],
  'model/unverified': ['model', 'The registry has no published checksum for this model.'],
  'model/checksum': ['model', 'A model file is not what its checksum says.'],
  'model/json': ['model', 'A model.json is malformed.'],
  'model/cache': ['model', 'The model cache is no folder of the user\'s own: models from it could be anyone\'s.'],
  'model/format': ['model', 'A file is not an ONNX graph that this toolkit can read.'],
  'model/contract': ['model', 'The graphs follow no contract that this toolkit knows.'],
  'model/unsafe': ['model', 'The graph refers to files outside its folder, or to unknown operators.'],
  'model/unfit': ['model', 'The model cannot do what the command needs.'],
  'model/download': ['model', 'The download failed.'],
  'model/offline': ['model', 'The file is not in the cache and --offline forbids fetching it.'],
  'model/run': ['model', 'The runtime refused to load or run the graph.'],
  'model/training': ['model', 'The program that trains ended with an error, or made no model.'],
  'locked/output': ['locked', 'Another run holds the output folder.'],
  'locked/project': ['locked', 'Another process has the project of the data engine open for writing.'],
  'locked/cache': ['locked', 'Another process is fetching the same file.'],
  'threshold/not-met': ['threshold', 'A required threshold was not met.'],
  'threshold/not-better': ['threshold', 'A fine-tuned model is not better than the one that it was made from; nothing was written.'],
  'storage/full': ['storage', 'The disk is full.'],
  'storage/network': ['storage', 'A project lies on a network disk, where its database would not be safe.'],
  'storage/not-writable': ['storage', 'The output cannot be written.'],
  'interrupted/signal': ['interrupted', 'The run was interrupted by a signal.'],
} as const satisfies Record<string, readonly [ErrorKind, string]>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What a command may warn of, and one sentence for `docs/errors.md`: the work was done, a reader may want to know. */
export const WARNING_CODES = {
  'image/remark': 'An image was read, but not as its name says, not all of it, or not undamaged.',
  'dataset/remark': 'Datasets differed in something that one dataset has only once; what was decided is told.',
  'folder/remark': 'Something among the inputs or outputs was left as it is.',
  'engine/remark': 'Something in a project that its owner may want to know: images that moved, changed or are gone.',
  'machine/remark': 'The machine or its settings may make sam slow, or keep it from fetching models.',
} as const;

export type WarningCode = keyof typeof WARNING_CODES;

export interface ErrorDetails {
  /** The file concerned, as the user named it or relative to the input folder. */
  file?: string | undefined;
  /** The record inside the file, e.g. `annotations[412]`. */
  record?: string | undefined;
  /** The position inside the record, e.g. `segmentation.counts`. */
  path?: string | undefined;
  /** 1-based, in the file, where it is known; `column` in bytes. */
  line?: number | undefined;
  column?: number | undefined;
  cause?: unknown;
}

/** An error a user can read: a sentence, a stable code, and where it happened. */
export class SamError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly exitCode: number;
  readonly file: string | undefined;
  readonly record: string | undefined;
  readonly path: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SamError';
    this.code = code;
    this.kind = ERROR_CODES[code][0];
    this.exitCode = EXIT_CODES[this.kind];
    this.file = details.file;
    this.record = details.record;
    this.path = details.path;
    this.line = details.line;
    this.column = details.column;
  }
}

/** True for a SamError, of one of the codes if any are named. */
export function isSamError(error: unknown, ...codes: ErrorCode[]): error is SamError {
  return error instanceof SamError && (codes.length === 0 || codes.includes(error.code));
}

/** What crosses a process or thread border: an error as plain data. */
export interface PlainError {
  code: ErrorCode;
  message: string;
  file?: string;
  record?: string;
  stack?: string;
}

/** Any thrown value as plain data; what is not a SamError is a fault of ours and keeps its stack. */
export function plainError(error: unknown): PlainError {
  if (error instanceof SamError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.file === undefined ? {} : { file: error.file }),
      ...(error.record === undefined ? {} : { record: error.record }),
    };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    code: 'internal/unexpected',
    message: error instanceof Error ? error.message : String(error),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** The SamError that `plainError` made plain. */
export function errorFromPlain(plain: PlainError): SamError {
  const error = new SamError(plain.code, plain.message, { file: plain.file, record: plain.record });
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, ...), if it is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const printable = (text: string): string =>
   
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A name from outside, safe to print: control and bidirectional characters are escaped, so that it cannot rewrite a terminal. */
export function printableName(name: string): string {
  return printable(name);
}

/** The same as a shell takes it for one word, for commands that a person copies. */
export function typedName(name: string): string {
  const shown = printableName(name);
  return /^[\w./:@%+,=-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
