import { escapeJsonControls } from '../text/index.ts';
import type { CliIo } from './io.ts';

/** Prints a document as one line of JSON, or over several with `indent` blanks a level; no terminal obeys what is in it. */
export function printJson(io: CliIo, document: unknown, indent?: number): void {
  io.stdout.write(`${escapeJsonControls(JSON.stringify(document, null, indent))}\n`);
}
