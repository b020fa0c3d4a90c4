import { existsSync, statSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import type { OutboxTotals } from '../forward/index.ts';
import type { ResponseStatus } from '../response/index.ts';
import { type DestinationCounts, OutboxDesk, responseFileOf } from '../store/index.ts';
import { openResponseDesk } from './response-desk.ts';
import { useStateFile } from './state-file.ts';

/** What is known of an agent that does not run. */
export interface StateGlance {
  readonly running: false;
  /** Where it was asked for, and why that did not work. */
  readonly why: string;
  readonly stateFile: string | null;
  /** Last write to the state file; `undefined` when there is none. */
  readonly lastWrittenAt: string | undefined;
  readonly outbox: OutboxTotals | undefined;
  readonly destinations: readonly DestinationCounts[];
  /** What a start would find; processes that are held wait to be looked at then. */
  readonly response: ResponseStatus | undefined;
}

/** Looks at the files of a state and makes none. @throws AgentError PC_STORE_… when one is refused */
export function readStateGlance(config: Config, why: string): StateGlance {
  const { file } = config.state;
  const hasState = file !== null && existsSync(file);
  const hasResponse = file !== null && existsSync(responseFileOf(file));
  return {
    running: false,
    why,
    stateFile: file,
    lastWrittenAt: hasState ? lastWritten(file) : undefined,
    ...(hasState ? readOutbox(file) : { outbox: undefined, destinations: [] }),
    response: hasResponse ? readResponse(config) : undefined,
  };
}

/** Of the write-ahead log where there is one: the file itself is only written now and then. */
function lastWritten(file: string): string {
  const times = [file, `${file}-wal`].map((each) => statSync(each, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return new Date(Math.max(...times)).toISOString();
}

function readOutbox(file: string): Pick<StateGlance, 'outbox' | 'destinations'> {
  return useStateFile(file, (store) => {
    const desk = new OutboxDesk(store);
    return { outbox: desk.totals(), destinations: desk.destinations() };
  });
}

function readResponse(config: Config): ResponseStatus {
  const desk = openResponseDesk(() => config, { nowMs: Date.now });
  try {
    return desk.status();
  } finally {
    desk.close();
  }
}
