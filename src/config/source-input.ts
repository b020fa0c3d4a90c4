import { text } from './setting.ts';

/** Inputs that the agent captures itself; any other is a pipe or a file. */
const capturedInputs = ['auto', 'etw', 'eventlog', 'both'] as const;

/** What can be meant by {@link sourceInput}, as a person is told it. */
const choices = [...capturedInputs, '-', 'a path such as ./starts.ndjson'];

/** Endings of files that are whole when they are there: nothing is ever added to them as a line. */
const recording = /\.(?:evtx|gz|zip)$/i;

/** What `run` reads. A word alone is no file: whoever mistypes the name of a capture would wait for it for ever. */
export const sourceInput = text(4_096).check(({ value, issues }) => {
  if (value === '-' || (capturedInputs as readonly string[]).includes(value)) return;
  if (!/[./\\]/.test(value)) {
    issues.push({ code: 'invalid_value', values: choices, input: value });
  } else if (recording.test(value)) {
    const message = 'a file of JSON lines to follow (replay reads .evtx, .gz and .zip)';
    issues.push({ code: 'custom', message, input: value });
  }
});

/** Whether a text is an input that is captured, or the path of a file that can be followed. */
export function isSourceInput(input: string): boolean {
  return sourceInput.safeParse(input).success;
}
