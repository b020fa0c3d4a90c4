import type { ProcessEvent } from '../../event/index.ts';
import { classifyIntegrity, classifyUser } from './account.ts';
import { childLineOf } from './reading.ts';

/**
 * All that the features read of an event. The lengths come first: whatever its fields hold, one event cannot
 * be written so that it looks like another.
 */
export function featureKeyOf(event: ProcessEvent): string {
  const { process } = event;
  const { parent } = process;
  const line = childLineOf(process);
  const account = 8 * classifyUser(event) + classifyIntegrity(event);
  const lengths = `${account},${lengthOf(process.name)},${lengthOf(process.executable)},${lengthOf(process.originalFileName)},${lengthOf(line)},${lengthOf(parent.name)},${lengthOf(parent.executable)},${lengthOf(parent.commandLine)};`;
  return (
    lengths +
    (process.name ?? '') +
    (process.executable ?? '') +
    (process.originalFileName ?? '') +
    (line ?? '') +
    (parent.name ?? '') +
    (parent.executable ?? '') +
    (parent.commandLine ?? '')
  );
}

/** -1 for what is absent, which is not the same as empty. */
function lengthOf(text: string | undefined): number {
  return text === undefined ? -1 : text.length;
}
