/** The simulated annotator where a command does more than its part: it judges what was proposed, or finishes a round before that is closed. */
import type { FolderRunOptions } from '../folder/spec.js';
import type { SomeOf } from '../options.js';
import { freeImages } from './claims.js';
import { withProject } from './project.js';
import { proposeMasks, type ProposeReport, type ProposeRequest } from './propose.js';
import { endRound, type RoundReport, type RoundRequest } from './round.js';
import { simulateAnnotator, type SimulateReport, type SimulateRequest } from './simulate.js';
import type { SIMULATED_PERSON } from './simulate-options.js';

/** What it knows, and what it is like. */
export interface SimulatedPerson extends SomeOf<typeof SIMULATED_PERSON> { truth: string }

/** `simulated`: missing where nobody was asked, or nothing was to be done. */
export interface ProposedAndJudged { proposed: ProposeReport; simulated?: SimulateReport }
export interface FinishedRound { ended: RoundReport; simulated?: SimulateReport }

/** Proposes; with `person`, the proposals are judged and corrected then, and the images stay to do. Throws as both. */
export async function proposeAndJudge(request: ProposeRequest, person: SimulatedPerson | undefined, now: number, run: FolderRunOptions = {}): Promise<ProposedAndJudged> {
  const { folder, model, env } = request, proposed = await proposeMasks(request, now, run);
  const simulated = person === undefined ? undefined : await unlessIdle({ ...person, folder, model, env, stage: 'semi', verdictsOnly: true }, now, run);
  return { proposed, ...(simulated === undefined ? {} : { simulated }) };
}

/** With `person`, what is to do in the open round is done first, as its stage has it. Throws as both. */
export async function endSimulatedRound(request: RoundRequest, person: SimulatedPerson | undefined, now: number, run: FolderRunOptions = {}): Promise<FinishedRound> {
  const simulated = person === undefined ? undefined : await unlessIdle({ ...person, folder: request.folder, env: request.env }, now, run);
  return { ended: await endRound(request, now, run), ...(simulated === undefined ? {} : { simulated }) };
}

/** A truth that knows none of the images is an error, nothing to be done is none. */
async function unlessIdle(request: SimulateRequest, now: number, run: FolderRunOptions): Promise<SimulateReport | undefined> {
  const isIdle = await withProject(request.folder, 'read', (project) => freeImages(project, { withProposals: request.verdictsOnly, limit: 1 }, now).length === 0);
  return isIdle ? undefined : await simulateAnnotator(request, now, run);
}
