/** Flags of those who take people's place, for the commands in which they can: the simulated annotator, and a recording. */
import { Flags } from '@oclif/core';
import { REPLAY_OPTIONS } from '../engine/replay-options.js';
import { SIMULATED_PERSON, SIMULATED_WORK } from '../engine/simulate-options.js';
import type { StandIn } from '../engine/stand-ins.js';
import { flagsOf, optionsFromFlags } from './flags.js';

export const simulateFlag = (summary: string, exclusive: string[] = []) => Flags.string({ summary, helpValue: 'TRUTH', helpGroup: 'SIMULATION', exclusive });
export const PERSON_FLAGS = flagsOf(SIMULATED_PERSON, 'SIMULATION', ['simulate']);
export const SIMULATION_FLAGS = flagsOf({ ...SIMULATED_PERSON, ...SIMULATED_WORK }, 'SIMULATION', ['simulate']);
export const replayFlag = (summary: string, exclusive: string[] = []) => Flags.string({ summary, helpValue: 'FILE', exclusive: ['simulate', ...exclusive] });
export const REPLAY_FLAGS = flagsOf(REPLAY_OPTIONS, undefined, ['replay']);

/** Who was asked to stand in, if anybody was. */
export function standInOf(flags: Record<string, unknown> & { simulate?: string | undefined; replay?: string | undefined }): StandIn | undefined {
  if (flags.replay !== undefined) return { ...optionsFromFlags(REPLAY_OPTIONS, flags), recording: flags.replay };
  return flags.simulate === undefined ? undefined : { ...optionsFromFlags(SIMULATED_PERSON, flags), truth: flags.simulate };
}
