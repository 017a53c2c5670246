/** What commands ask of a project that they open only for it. */
import { dedupeProject, type DedupeProjectRequest, type DedupeReport } from './dedupe.js';
import { DATABASE_NAME, withProject } from './project.js';
import { statusOf, type EngineStatus } from './status.js';
import { plotStatus, type StatusPlot } from './status-chart.js';
import { join } from 'node:path';

/** `isPlotted`: whether a picture was written, or would be; missing where none was asked for. */
export interface StatusReport { status: EngineStatus; isPlotted?: boolean }

/** Also while another process writes. Throws as `openProject`, and as `plotStatus` where a picture is asked for. */
export async function projectStatus(folder: string, now: number, plot?: StatusPlot): Promise<StatusReport> {
  return withProject(folder, 'read', async (project) => {
    const status = statusOf(project, now);
    return plot === undefined ? { status } : { status, isPlotted: await plotStatus(status, plot, [join(folder, DATABASE_NAME), project.imageRoot]) };
  });
}

/** Throws as `openProject` and `dedupeProject`. */
export async function dedupeFolder(folder: string, request: DedupeProjectRequest, now: number): Promise<DedupeReport> {
  return withProject(folder, request.dryRun === true ? 'read' : 'write', (project) => dedupeProject(project, request, now));
}
