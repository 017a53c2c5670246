/** Flags of the simulated annotator, for the commands in which it can take a person's place. */
import { Flags } from '@oclif/core';
import { SIMULATED_PERSON, SIMULATED_WORK } from '../engine/simulate-options.js';
import type { SimulatedPerson } from '../engine/simulate-round.js';
import { flagsOf, optionsFromFlags } from './flags.js';

export const simulateFlag = (summary: string, exclusive: string[] = []) => Flags.string({ summary, helpValue: 'TRUTH', helpGroup: 'SIMULATION', exclusive });
export const PERSON_FLAGS = flagsOf(SIMULATED_PERSON, 'SIMULATION', ['simulate']);
export const SIMULATION_FLAGS = flagsOf({ ...SIMULATED_PERSON, ...SIMULATED_WORK }, 'SIMULATION', ['simulate']);

/** The person that was asked for, if one was. */
export function personOf(flags: Record<string, unknown> & { simulate?: string | undefined }): SimulatedPerson | undefined {
  return flags.simulate === undefined ? undefined : { ...optionsFromFlags(SIMULATED_PERSON, flags), truth: flags.simulate };
}
