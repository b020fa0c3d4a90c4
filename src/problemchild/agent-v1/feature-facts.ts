import type { ProcessEvent } from '../../event/index.ts';
import type { Facts } from '../recent-answers.ts';
import { classifyIntegrity, classifyUser } from './account.ts';
import { childLineOf } from './reading.ts';

/** All that the features read of an event, the command line first. What is absent is not the same as empty. */
export function featureFactsOf(event: ProcessEvent): Facts {
  const { process } = event;
  const { parent } = process;
  return [
    childLineOf(process),
    8 * classifyUser(event) + classifyIntegrity(event),
    process.name,
    process.executable,
    process.originalFileName,
    parent.name,
    parent.executable,
    parent.commandLine,
  ];
}
