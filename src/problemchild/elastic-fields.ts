import type { ProcessEvent } from '../event/index.ts';
import { flagKeywords, type KeywordFlags } from './elastic-keywords.ts';
import { classifyDirectory, normalizeCommandLine, normalizePath } from './elastic-normalization.ts';

/** `g1` is Elastic's pipeline of 2022 to mid 2026 (model 20210526), `g2` the one of August 2026 (model 20260821). */
export type ElasticGeneration = 'g1' | 'g2';

/** What Elastic's pipeline knows of an event before it cuts bigrams. */
export interface ElasticFields {
  readonly processName: string;
  readonly parentName: string;
  readonly commandLine: string;
  readonly eventAction: string;
  readonly executable: string;
  readonly parentExecutable: string;
  readonly elevationType: string;
  readonly integrityLevel: string;
  readonly originalFileName: string;
  readonly userId: string;
  readonly elevated: boolean;
  readonly signed: boolean;
  readonly signerTrusted: boolean;
  readonly filenameMismatch: boolean;
  readonly runningAsSystem: boolean;
  readonly endsWithExe: boolean;
  /** Class of the child's own directory, whatever Elastic's name for it suggests. */
  readonly normalizedPath: string;
  /** Two carets or more; `undefined` in generation 1, which does not look. */
  readonly obfuscated: 0 | 1 | undefined;
  readonly keywordFlags: KeywordFlags | undefined;
}

const absent = 'unknown';

/** Extracts, derives and normalises in the order of Elastic's ingest pipeline; its oddities are kept. */
export function extractElasticFields(event: ProcessEvent, generation: ElasticGeneration): ElasticFields {
  const { process, user } = event;
  const { parent, token, signature } = process;
  const processName = textOf(process.name);
  const originalFileName = textOf(process.originalFileName);
  const userId = textOf(user.indexedId ?? user.id);
  const executable = textOf(process.executable).toLowerCase();
  // Generation 2 no longer looks at what Endgame wrote.
  const endgame = generation === 'g1' ? event.endgame : undefined;
  const elevationType = firstOf(token.elevationType, endgame?.elevationType, token.winlogElevationType);
  const integrityLevel = firstOf(endgame?.integrityLevel, token.integrityLevel);
  const command = normalizeCommand(rawCommandLine(event, endgame?.commandLine), generation);
  const lowersToken = generation === 'g2';
  return {
    processName,
    parentName: textOf(parent.name),
    commandLine: command.text,
    eventAction: textOf(event.action),
    executable: normalizePath(executable),
    parentExecutable: normalizePath(textOf(parent.executable).toLowerCase()),
    elevationType: lowersToken ? elevationType.toLowerCase() : elevationType,
    integrityLevel: lowersToken ? integrityLevel.toLowerCase() : integrityLevel,
    originalFileName,
    userId,
    // Only the presence of winlog's TokenElevationType is tested: a limited token counts as elevated.
    elevated: token.elevated ?? endgame?.elevated ?? isPresent(token.winlogElevationType),
    signed: signature.exists ?? false,
    signerTrusted: signature.trusted ?? false,
    // Case counts, and a missing original name is a mismatch.
    filenameMismatch: processName !== originalFileName,
    runningAsSystem: userId === 'S-1-5-18' || userId === 'S-1-5-19' || userId === 'S-1-5-20',
    // Contains, not ends with; and `.EXE` is none.
    endsWithExe: processName.includes('.exe'),
    normalizedPath: classifyDirectory(executable),
    obfuscated: command.obfuscated,
    keywordFlags: generation === 'g2' ? flagKeywords(command.text) : undefined,
  };
}

function rawCommandLine(event: ProcessEvent, endgameLine: string | undefined): string {
  const { commandLine, args } = event.process;
  if (isPresent(commandLine)) return commandLine;
  if (isPresent(endgameLine)) return endgameLine;
  return args !== undefined && args.length > 0 ? args.join(' ') : absent;
}

function normalizeCommand(
  raw: string,
  generation: ElasticGeneration,
): { readonly text: string; readonly obfuscated: 0 | 1 | undefined } {
  const lowered = raw.toLowerCase();
  if (generation === 'g1') return { text: normalizeCommandLine(lowered), obfuscated: undefined };
  const first = lowered.indexOf('^');
  if (first < 0) return { text: normalizeCommandLine(lowered), obfuscated: 0 };
  return {
    text: normalizeCommandLine(lowered.replaceAll('^', '')),
    obfuscated: lowered.includes('^', first + 1) ? 1 : 0,
  };
}

/** The first that is there. */
function firstOf(
  one: string | undefined,
  two: string | undefined,
  three: string | undefined = undefined,
): string {
  return textOf(isPresent(one) ? one : isPresent(two) ? two : three);
}

function textOf(value: string | undefined): string {
  return isPresent(value) ? value : absent;
}

function isPresent(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
