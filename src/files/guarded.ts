/** What the operating system says when a file cannot be read, as an error that the caller makes of it. */
import { SamError, messageOf, systemCode } from '../errors.js';

/** `isMissing`: there is nothing of that name (any more); `reason`: why it cannot be read, without the path, which the system's own text has in full. */
export interface ReadFailure { isMissing: boolean; reason: string; cause: unknown }

/** Does what reads; a system error becomes what `errorOf` makes of it, every other error passes through. */
export async function guarded<T>(errorOf: (failure: ReadFailure) => SamError, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof SamError || code === undefined) throw error;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR', isForbidden = code === 'EACCES' || code === 'EPERM';
    throw errorOf({ isMissing, reason: isMissing ? 'it does not exist' : isForbidden ? 'permission denied' : messageOf(error).split(',')[0]!, cause: error });
  }
}
