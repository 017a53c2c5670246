/** What commands ask of a project that they open only for it. */
import { dedupeProject, type DedupeProjectRequest, type DedupeReport } from './dedupe.js';
import { openProject } from './project.js';
import { statusOf, type EngineStatus } from './status.js';

/** Also while another process writes. Throws as `openProject`. */
export async function projectStatus(folder: string, now: number): Promise<EngineStatus> {
  const project = await openProject(folder, 'read');
  try {
    return statusOf(project, now);
  } finally {
    await project.close();
  }
}

/** Throws as `openProject` and `dedupeProject`. */
export async function dedupeFolder(folder: string, request: DedupeProjectRequest, now: number): Promise<DedupeReport> {
  const project = await openProject(folder, request.dryRun === true ? 'read' : 'write');
  try {
    return dedupeProject(project, request, now);
  } finally {
    await project.close();
  }
}
