/** The JSON body of a request, read within a limit. */
import type { IncomingMessage } from 'node:http';
import { SamError } from '../errors.js';
import { refuse, type Answer } from './answer.js';

/** The value, or a refusal of what is longer than `limit` bytes, which is not read. Throws `usage/request` for what is no JSON in UTF-8. */
export async function readJson(request: IncomingMessage, limit: number): Promise<{ value: unknown } | { refusal: Answer }> {
  const tooLarge = { refusal: refuse(413, 'too-large', `The request is longer than ${limit} bytes.`) };
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // without closing the request where it is left early: the refusal has to go out
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) return tooLarge;
    chunks.push(chunk);
  }
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as unknown };
  } catch (error) {
    throw new SamError('usage/request', 'The request is not JSON in UTF-8.', { cause: error });
  }
}
