import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** How far a hunt is: for each slice of time the timestamp up to which it is done. */
export interface HuntCheckpoint {
  /** What the hunt is over; another's checkpoint is refused. */
  readonly key: string;
  /** By number of the slice; `null` when it is finished. */
  readonly slices: Record<string, number | null>;
}

/**
 * The checkpoint, or a new one where there is no file.
 *
 * @throws AgentError PC_HUNT_CHECKPOINT when it belongs to another hunt or cannot be read
 */
export function readCheckpointFile(path: string, key: string): HuntCheckpoint {
  const refuse = (why: string, cause?: unknown): AgentError =>
    new AgentError('PC_HUNT_CHECKPOINT', `${escapeForTerminal(path, 512)} ${why}`, { where: path, cause });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { key, slices: {} };
    throw refuse('cannot be read', error);
  }
  let found: Partial<HuntCheckpoint>;
  try {
    found = JSON.parse(text) as Partial<HuntCheckpoint>;
  } catch (error) {
    throw refuse('is no checkpoint', error);
  }
  if (typeof found.slices !== 'object' || found.slices === null) throw refuse('is no checkpoint');
  if (found.key !== key) throw refuse('belongs to a hunt over something else');
  return { key, slices: found.slices };
}

/** Replaces the file as a whole, so that no half of one is ever read. */
export function writeCheckpointFile(path: string, checkpoint: HuntCheckpoint): void {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(checkpoint), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new AgentError('PC_HUNT_CHECKPOINT', `${escapeForTerminal(path, 512)} cannot be written`, {
      where: path,
      cause,
    });
  }
}
