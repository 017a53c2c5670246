/**
 * The only door to the WebAssembly of `kernels/`: the loops that JavaScript runs at half their speed or less (measured beside the functions
 * that call them). Its memory is scratch: what a call of this room puts there is gone with the next one.
 */
import { SamError, messageOf } from '../errors.js';
import { KERNEL_BASE64 } from './kernel-bytes.js';

/** What the files of `kernels/` export; pointers are byte offsets in `memory`. */
interface Loops {
  memory: { buffer: ArrayBuffer; grow: (pages: number) => number };
  readCounts: (text: number, length: number, out: number, total: number) => number;
  writeText: (counts: number, length: number, out: number) => number;
  toSpans: (counts: number, length: number, total: number) => number;
  toCounts: (spans: number, total: number) => number;
  unite: (first: number, second: number, out: number) => number;
  intersect: (first: number, second: number, out: number) => number;
  differ: (first: number, second: number, out: number) => number;
  measure: (spans: number, end: number, height: number, out: number) => void;
  overlap: (first: number, firstEnd: number, second: number, secondEnd: number, position: number) => number;
  findChanges: (pixels: number, length: number, first: number, set: number, out: number) => number;
  findRowChanges: (pixels: number, length: number, width: number, first: number, out: number) => number;
  spansOfRowChanges: (changes: number, length: number, width: number, height: number, next: number, rows: number, out: number) => void;
  drawEdge: (x0: number, y0: number, x1: number, y1: number, width: number, height: number, out: number) => number;
  sortChanges: (from: number, to: number, most: number, spare: number, tallies: number) => number;
}

/** The loops, and their memory as bytes and as numbers. */
export interface Kernel { loops: Loops; bytes: Uint8Array<ArrayBuffer>; numbers: Int32Array; counts: Uint32Array }

// Node has it, its types have not
declare const WebAssembly: { Module: new (bytes: Uint8Array) => object; Instance: new (module: object) => { exports: unknown } };

const PAGE = 2 ** 16;
/** Memory beyond this is not kept for small calls. */
const KEPT = 2 ** 26;

/** How often the memory was given out: what lay in it before is gone. */
export let kernelUses = 0;

let module: object | undefined;
let present: Kernel | undefined;

/** The kernel with at least `bytes` of memory. Throws `data/rle` where there is not that much. */
export function kernelWith(bytes: number): Kernel {
  kernelUses++;
  if (present === undefined || (present.bytes.length > KEPT && bytes <= KEPT)) present = freshKernel();
  const missing = bytes - present.bytes.length;
  if (missing > 0) {
    try {
      present.loops.memory.grow(Math.ceil(missing / PAGE));
    } catch (error) {
      throw new SamError('data/rle', `The masks have too many runs to be handled together: ${bytes} bytes of memory are not to be had (${messageOf(error)}).`);
    }
    present = viewed(present.loops);
  }
  return present;
}

function freshKernel(): Kernel {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (character) => character.charCodeAt(0)));
  // the exports of the committed bytes, which a test holds to their sources
  return viewed(new WebAssembly.Instance(module).exports as Loops);
}

/** Growing memory detaches the views of it. */
function viewed(loops: Loops): Kernel {
  const { buffer } = loops.memory;
  return { loops, bytes: new Uint8Array(buffer), numbers: new Int32Array(buffer), counts: new Uint32Array(buffer) };
}
