/** `sam doctor`. */
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { doctorOutcome } from '../src/cli/doctor-outcome.js';
import { examine } from '../src/index.js';

export default class Doctor extends SamCommand<typeof Doctor> {
  static override summary = 'Look at this installation and machine, and say what is wrong and what to do.';
  static override description = 'Versions, processor, memory, the model in force, the cache, settings, and masks of a scene whose outcome is known. Sends nothing anywhere. Exits 0 unless something fails: 5 for the model or the runtime.';
  static override examples = [
    { description: 'See whether everything works', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'The same for a program, or for a bug report', command: '<%= config.bin %> <%= command.id %> --json' },
  ];

  protected async execute(): Promise<Outcome> {
    return doctorOutcome(await examine({ env: process.env }), this.flags);
  }
}
