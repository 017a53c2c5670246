/** SA-1B: a JSON file an image, as Meta's dataset and generator have it. */
// what `segment-all` writes the same files with
export { encodeSa1b, sa1bImageId, sa1bPath } from './sa1b-encode.js';
