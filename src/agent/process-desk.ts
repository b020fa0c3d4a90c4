import { hostname } from 'node:os';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import {
  type Action,
  type ActionSubject,
  carryOutRequest,
  type PersonRequest,
  type ProcessAct,
  type ProcessTarget,
} from '../response/index.ts';
import { ProcessRowTable, Store } from '../store/index.ts';
import { listProcesses, type NativeLibrary } from '../windows/index.ts';
import { openExceptions } from './alert-stages.ts';
import { type LiveResponse, type LiveResponseOptions, openLiveResponse } from './response-desk.ts';

/** A process that a responder named, as it is now. */
export interface NamedProcess {
  readonly subject: ActionSubject;
  readonly found: ProcessAct;
}

export interface RunningProcess {
  /** What the other commands take: pid and creation time. */
  readonly entity: string;
  readonly pid: number;
  readonly parentPid: number | undefined;
  readonly createdMs: number;
  readonly name: string | undefined;
}

/** What a responder does to single processes, through the guard. */
export class ProcessDesk {
  readonly #library: NativeLibrary;
  readonly #response: LiveResponse;
  readonly #stateFile: string | null;

  constructor(options: LiveResponseOptions) {
    this.#library = options.library;
    this.#stateFile = options.config().state.file;
    this.#response = openLiveResponse(options);
  }

  list(): RunningProcess[] {
    return listProcesses(this.#library).flatMap(({ pid, parentPid, createdMs, imageName }) =>
      pid === undefined || createdMs === undefined
        ? []
        : [{ entity: formatEntity(pid, createdMs), pid, parentPid, createdMs, name: imageName }],
    );
  }

  /** @throws AgentError PC_USAGE when no process goes by that name */
  async look(entity: string): Promise<NamedProcess> {
    const target = parseEntity(entity) ?? this.#recall(entity);
    if (target === undefined) {
      throw new AgentError('PC_USAGE', `no process is known as ${entity}; see \`problemchild process list\``);
    }
    const found = await this.#response.parts.control.query(target);
    return { subject: describe(entity, target, found), found };
  }

  /** Done when the evidence is kept as well. */
  async act(request: PersonRequest): Promise<Action | undefined> {
    const { parts, stage } = this.#response;
    const action = await carryOutRequest(parts, stage, request);
    await stage.settle();
    return action;
  }

  /** Resumes every process that the agent suspended: before an upgrade or uninstall. Answers how many are left. */
  async release(by: string, reason: string): Promise<number> {
    const { stage, parts } = this.#response;
    parts.journal.note({ atMs: parts.clock.nowMs(), name: 'release', by, reason, override: undefined });
    await stage.holds.resumeAll(reason, by);
    return parts.journal.holds().length;
  }

  close(): void {
    this.#response.close();
  }

  /** A process that the agent's table remembers by its entity id. */
  #recall(entity: string): ProcessTarget | undefined {
    if (this.#stateFile === null) return undefined;
    const store = Store.open(this.#stateFile);
    try {
      const row = new ProcessRowTable(store).load().find(({ entityId }) => entityId === entity);
      if (row?.pid === undefined || !row.isSeen) return undefined;
      const toleranceMs = row.providers.includes('etw') ? 0 : row.providers.includes('security') ? 15 : 1;
      return { pid: row.pid, createdMs: row.startMs, toleranceMs };
    } finally {
      store.close();
    }
  }
}

/**
 * The desk of a command: no agent need run, and nobody is told but the journal. `onFailure` hears of what went wrong
 * off to the side.
 * @throws AgentError when the journal or an exception is refused
 */
export function openProcessDesk(
  config: Config,
  library: NativeLibrary,
  onFailure: (what: string, error: unknown) => void,
): ProcessDesk {
  const exceptions = openExceptions(config.alert);
  return new ProcessDesk({
    config: () => config,
    exceptions: () => exceptions.current,
    library,
    clock: { nowMs: Date.now },
    audience: { action: () => undefined, stoodDown: () => undefined, failed: onFailure },
  });
}

/** `PID@MILLISECONDS`, with the fraction that the kernel keeps. */
export function formatEntity(pid: number, createdMs: number): string {
  return `${pid}@${createdMs.toFixed(4)}`;
}

export function parseEntity(entity: string): ProcessTarget | undefined {
  const match = /^(\d{1,10})@(\d{1,15}(?:\.\d{1,6})?)$/.exec(entity);
  return match === null ? undefined : { pid: Number(match[1]), createdMs: Number(match[2]), toleranceMs: 0 };
}

function describe(entity: string, target: ProcessTarget, { facts }: ProcessAct): ActionSubject {
  const path = facts.imagePath;
  const name = path?.slice(path.lastIndexOf('\\') + 1);
  return {
    target,
    key: entity,
    hasCommandLine: false,
    hasParent: facts.parentPid !== undefined,
    user: { id: facts.userSid, name: undefined, domain: undefined, groups: undefined },
    image: (path ?? '?').toLowerCase(),
    name,
    parentName: undefined,
    parentPid: facts.parentPid,
    document: {
      host: { name: hostname() },
      ...(facts.userSid === undefined ? {} : { user: { id: facts.userSid } }),
      process: {
        pid: target.pid,
        entity_id: entity,
        ...(name === undefined ? {} : { name }),
        ...(path === undefined ? {} : { executable: path }),
        start: new Date(target.createdMs).toISOString(),
      },
    },
    rule: undefined,
    eventIds: [],
    maliciousProbability: undefined,
    rarity: undefined,
  };
}
