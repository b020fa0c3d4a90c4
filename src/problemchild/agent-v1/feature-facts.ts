import type { ProcessEvent } from '../../event/index.ts';
import type { FeatureEncoder } from '../feature-set.ts';
import type { Facts } from '../recent-answers.ts';
import { classifyIntegrity, classifyUser } from './account.ts';
import { childLineOf, type Reading } from './reading.ts';

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

/** All that the features are made of, once child and parent are read: see {@link FeatureEncoder.readFactsOf}. */
export function readFactsOf(event: ProcessEvent, child: Reading, parent: Reading): Facts {
  return [
    ...child.line.facts,
    8 * classifyUser(event) + classifyIntegrity(event),
    ...factsOfProgram(child),
    ...factsOfProgram(parent),
    ...parent.line.facts,
  ];
}

function factsOfProgram(reading: Reading): Facts {
  const { baseName, program, programClass, folder, hasOriginalName, renamed, misplaced } = reading;
  const flags = 4 * Number(hasOriginalName) + 2 * Number(renamed) + Number(misplaced);
  return [baseName, program, programClass, folder, flags];
}
