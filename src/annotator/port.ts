/** Where the annotator listens when it is not told: where it did the last time, so that a page which outlived its server finds the next one. */
import { setSetting, settingOf } from '../engine/project-facts.js';
import type { Project } from '../engine/project.js';
import { isSamError } from '../errors.js';
import { startServer, type RunningServer, type ServerRequest } from './server.js';

const SETTING = 'port';

/** At `port`; at 0, where the project was served last, or anywhere else where that is taken. One who only looks leaves that place to those who save. Throws `usage/port`. */
export async function startWhereLast(request: Omit<ServerRequest, 'port'>, port: number): Promise<RunningServer> {
  const { project } = request.annotator, last = port === 0 && project.mode === 'write' ? lastPort(project) : undefined;
  if (last === undefined) return await startServer({ ...request, port });
  return await startServer({ ...request, port: last }).catch((error: unknown) => {
    if (!isSamError(error, 'usage/port')) throw error;
    return startServer({ ...request, port });
  });
}

/** A disk that cannot take it costs no more than this. */
export function rememberPort(project: Project, port: number): void {
  if (project.mode === 'read' || lastPort(project) === port) return;
  try {
    setSetting(project, SETTING, port);
  } catch (error) {
    if (!isSamError(error) || error.kind !== 'storage') throw error;
  }
}

function lastPort(project: Project): number | undefined {
  const port = settingOf(project, SETTING);
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 65535 ? port : undefined;
}
