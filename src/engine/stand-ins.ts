/** Who takes people's place where a command does more than its part: an annotator made from ground truth, or a recording, judges what was proposed, or finishes a round before that is closed. */
import type { FolderRunOptions } from '../folder/spec.js';
import { recogniseDataset } from '../formats/jobs/open-dataset.js';
import { DEFAULT_MAX_PIXELS } from '../mask/mask-size.js';
import type { SomeOf } from '../options.js';
import { freeImages } from './claims.js';
import { withProject } from './project.js';
import { proposeMasks, type ProposeReport, type ProposeRequest } from './propose.js';
import { readRecording } from './recording-lines.js';
import { replayRecording, type ReplayReport, type ReplayRequest } from './replay.js';
import { endRound, type RoundReport, type RoundRequest } from './round.js';
import { simulateAnnotator, type SimulateReport, type SimulateRequest } from './simulate.js';
import type { SIMULATED_PERSON } from './simulate-options.js';

/** What it knows, and what it is like. */
export interface SimulatedPerson extends SomeOf<typeof SIMULATED_PERSON> { truth: string }
/** What was recorded, and how its masks are made again. */
export type RecordedPeople = Pick<ReplayRequest, 'recording' | 'replayMasks'>;
export type StandIn = SimulatedPerson | RecordedPeople;

/** `simulated`: missing where nobody was asked, or nothing was to be done; `replayed`: where no recording was. */
export interface StoodIn { simulated?: SimulateReport; replayed?: ReplayReport }
export interface ProposedAndJudged extends StoodIn { proposed: ProposeReport }
export interface FinishedRound extends StoodIn { ended: RoundReport }

/** Proposes; then the proposals are judged and corrected by who stands in, and the images stay to do. Throws as both. */
export async function proposeAndJudge(request: ProposeRequest, standIn: StandIn | undefined, now: number, run: FolderRunOptions = {}): Promise<ProposedAndJudged> {
  const { folder, model, env } = request;
  await refuseUnreadable(standIn, run.stop);
  const proposed = await proposeMasks(request, now, run);
  return { proposed, ...await work({ folder, model, env }, standIn, { isJudging: true }, now, run) };
}

/** What is to do in the open round is done by who stands in, as its stage has it, or all that was recorded; then the round ends. Throws as both. */
export async function finishRound(request: RoundRequest, standIn: StandIn | undefined, now: number, run: FolderRunOptions = {}): Promise<FinishedRound> {
  const { folder, env } = request, stoodIn = await work({ folder, env }, standIn, { isJudging: false }, now, run);
  return { ended: await endRound(request, now, run), ...stoodIn };
}

/** Told before the work of hours, not after it. */
async function refuseUnreadable(standIn: StandIn | undefined, stop: AbortSignal | undefined): Promise<void> {
  if (standIn === undefined) return;
  if (!('recording' in standIn)) return void await recogniseDataset({ input: standIn.truth, lenient: true, maxPixels: DEFAULT_MAX_PIXELS, stop });
  const { lines } = await readRecording(standIn.recording);
  // one that was never asked for a line would leave the file open
  await lines.next();
  await lines.return(undefined);
}

async function work(place: Pick<SimulateRequest, 'folder' | 'model' | 'env'>, standIn: StandIn | undefined, { isJudging }: { isJudging: boolean }, now: number, run: FolderRunOptions): Promise<StoodIn> {
  if (standIn === undefined) return {};
  if ('recording' in standIn) return { replayed: await replayRecording({ ...place, ...standIn, onProposalsOnly: isJudging, stop: run.stop }, now) };
  // a truth that knows none of the images is an error, nothing to be done is none
  const isIdle = await withProject(place.folder, 'read', (project) => freeImages(project, { withProposals: isJudging, limit: 1 }, now).length === 0);
  return isIdle ? {} : { simulated: await simulateAnnotator({ ...standIn, ...place, ...(isJudging ? { stage: 'semi', verdictsOnly: true } : {}) }, now, run) };
}
