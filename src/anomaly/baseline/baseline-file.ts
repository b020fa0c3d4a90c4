import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { AgentError, messageOf } from '../../errors/index.ts';
import { type Baseline, baselineLimits, formatBaseline, parseBaseline } from './baseline.ts';

/** @throws AgentError PC_BASELINE_INVALID when the file cannot be read or is no baseline */
export function readBaselineFile(path: string): Baseline {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > baselineLimits.bytes) {
      throw new Error(`it has ${size} bytes; a baseline has ${baselineLimits.bytes} at most`);
    }
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AgentError('PC_BASELINE_INVALID', `cannot read ${path}: ${messageOf(cause)}`, {
      where: path,
      cause,
    });
  }
  return parseBaseline(text, path);
}

/** Replaces the file as a whole. @throws AgentError PC_BASELINE_UNWRITABLE */
export function writeBaselineFile(path: string, baseline: Baseline): void {
  const half = `${path}.new`;
  try {
    writeFileSync(half, formatBaseline(baseline), { mode: 0o600 });
    renameSync(half, path);
  } catch (cause) {
    throw new AgentError('PC_BASELINE_UNWRITABLE', `cannot write ${path}: ${messageOf(cause)}`, {
      where: path,
      cause,
    });
  }
}
