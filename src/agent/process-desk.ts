import { hostname } from 'node:os';
import { ExceptionList, type WireDocument } from '../alert/index.ts';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import {
  type ActionEnd,
  type ActionSubject,
  actionToEcs,
  carryOutRequest,
  type Description,
  exactTarget,
  identify,
  type PersonRequest,
  type ProcessAct,
  type ProcessTarget,
  toleranceOf,
} from '../response/index.ts';
import { ProcessRowTable } from '../store/index.ts';
import { listProcesses, type NativeLibrary } from '../windows/index.ts';
import { type LiveResponse, openLiveResponse } from './response-desk.ts';
import { useStateFile } from './state-file.ts';

export interface RunningProcess {
  /** What the other commands take: pid and creation time. */
  readonly entity: string;
  readonly pid: number;
  readonly parentPid: number | undefined;
  readonly createdMs: number;
  readonly name: string | undefined;
}

/** A process that a responder named, as it is now. */
export interface LookedAt {
  /** Names exactly the process that was looked at, where one was found. */
  readonly entity: string;
  readonly code: ProcessAct['code'];
  readonly facts: ShownFacts;
  /** Where it was asked for. */
  readonly tree?: ShownTree | undefined;
}

/** Who else is ended with a process. */
export interface ShownTree {
  /** `PC_OK`, or why the tree could not be looked at or would be refused. */
  readonly code: ProcessAct['code'];
  /** All that descend from the process; the first of them follow. */
  readonly found: number;
  readonly first: readonly ShownFacts[];
}

/** A process that a responder named, by what is known of it. */
interface Meant extends Description {
  readonly target: ProcessTarget;
}

const byTimeAlone = { name: undefined, parentPid: undefined } as const;

/** Nobody reads more before saying yes. */
const shownOfTree = 40;

/** What people are shown before they say yes: plain values, which go over the control channel as they are. */
export type ShownFacts = Omit<ProcessAct['facts'], 'created' | 'startName'>;

export interface ProcessOrder extends Pick<PersonRequest, 'verb' | 'target'> {
  readonly entity: string;
  readonly reason?: string | undefined;
}

export interface ReportedAction {
  readonly outcome: ActionEnd['outcome'] | undefined;
  readonly document: WireDocument;
}

export function listRunning(library: NativeLibrary): RunningProcess[] {
  return listProcesses(library).flatMap(({ pid, parentPid, createdMs, imageName }) =>
    pid === undefined || createdMs === undefined
      ? []
      : [{ entity: formatEntity(pid, createdMs), pid, parentPid, createdMs, name: imageName }],
  );
}

/** What responders do to single processes, through the guard. */
export class ProcessDesk {
  readonly #response: Omit<LiveResponse, 'journal'>;
  readonly #stateFile: string | null;

  constructor(response: Omit<LiveResponse, 'journal'>, stateFile: string | null) {
    this.#response = response;
    this.#stateFile = stateFile;
  }

  /** @throws AgentError PC_USAGE when no process goes by that name */
  async look(entity: string, target: ProcessOrder['target'] = 'process'): Promise<LookedAt> {
    const { found, exact } = await this.#find(entity);
    const looked = { entity: exact, code: found.code, facts: showFacts(found) };
    return target === 'tree' ? { ...looked, tree: await this.#lookAtTree(exact) } : looked;
  }

  async #lookAtTree(exact: string): Promise<ShownTree> {
    const { control } = this.#response.parts;
    const root = parseEntity(exact);
    if (root === undefined) return { code: 'PC_E_NOT_FOUND', found: 0, first: [] };
    const { code, members, found } = await control.tree(root);
    const others = members.filter(({ depth }) => depth > 0).slice(0, shownOfTree);
    const acts = await Promise.all(
      others.map(({ pid, created }) => control.query(exactTarget(pid, created))),
    );
    return { code, found: Math.max(0, found - 1), first: acts.map(showFacts) };
  }

  /** Asks the guard about the process as it is now. @throws as `look` */
  async act({ verb, entity, target, reason }: ProcessOrder, by: string): Promise<ReportedAction | undefined> {
    const { parts, stage } = this.#response;
    const { meant, found } = await this.#find(entity);
    const subject = describe(entity, meant, found);
    const action = await carryOutRequest(parts, stage, { verb, subject, target, by, reason });
    return action && { outcome: action.end?.outcome, document: actionToEcs(action) };
  }

  /** Resumes every process that the agent suspended: before an upgrade or uninstall. Answers how many are left. */
  async release(by: string, reason: string): Promise<number> {
    const { stage, parts } = this.#response;
    parts.journal.note({ atMs: parts.clock.nowMs(), name: 'release', by, reason, override: undefined });
    await stage.holds.resumeAll(reason, by);
    return parts.journal.holds().length;
  }

  /** When the evidence is kept as well. */
  async close(): Promise<void> {
    await this.#response.stage.settle();
    this.#response.close();
  }

  async #find(entity: string) {
    const target = parseEntity(entity);
    const meant = target === undefined ? this.#recall(entity) : { ...byTimeAlone, target };
    if (meant === undefined) {
      throw new AgentError('PC_USAGE', `no process is known as ${entity}; see \`problemchild process list\``);
    }
    const act = await this.#response.parts.control.query(meant.target);
    const { pid, created } = act.facts;
    const isFound = act.code === 'PC_OK' && created !== 0n;
    const isStranger = isFound && identify(act, meant) === 'mismatch';
    const found: ProcessAct = isStranger ? { ...act, code: 'PC_E_IDENTITY' } : act;
    const isMeant = isFound && !isStranger;
    return { meant, found, exact: isMeant ? formatEntity(pid, exactTarget(pid, created).createdMs) : entity };
  }

  /** A process that the agent's table remembers by its entity id. */
  #recall(entity: string): Meant | undefined {
    if (this.#stateFile === null) return undefined;
    const rows = useStateFile(this.#stateFile, (store) => new ProcessRowTable(store).load());
    const row = rows.find(({ entityId }) => entityId === entity);
    if (row?.pid === undefined || !row.isSeen) return undefined;
    const { pid, startMs: createdMs, name, providers } = row;
    // Whoever told of it first has set the time, and nobody knows any more who that was.
    const toleranceMs = Math.max(0, ...providers.map(toleranceOf));
    return { name, parentPid: undefined, target: { pid, createdMs, toleranceMs } };
  }
}

/**
 * The desk of a command: no agent need run, and nobody is told but the journal. `onFailure` hears of what went wrong
 * off to the side. Exceptions do not speak against what a person does: a file of them that is broken keeps nobody from
 * releasing what is suspended.
 * @throws AgentError when the journal is refused
 */
export function openProcessDesk(
  config: Config,
  library: NativeLibrary,
  onFailure: (what: string, error: unknown) => void,
): ProcessDesk {
  const none = new ExceptionList([]);
  const response = openLiveResponse({
    config: () => config,
    exceptions: () => none,
    library,
    clock: { nowMs: Date.now },
    audience: { action: () => undefined, stoodDown: () => undefined, failed: onFailure },
  });
  return new ProcessDesk(response, config.state.file);
}

/** `PID@MILLISECONDS`, with the fraction that the kernel keeps. */
export function formatEntity(pid: number, createdMs: number): string {
  return `${pid}@${createdMs.toFixed(4)}`;
}

export function parseEntity(entity: string): ProcessTarget | undefined {
  const match = /^(\d{1,10})@(\d{1,15}(?:\.\d{1,6})?)$/.exec(entity);
  return match === null ? undefined : { pid: Number(match[1]), createdMs: Number(match[2]), toleranceMs: 0 };
}

/** Member by member: the library's own facts have more, and some of it no JSON can hold. */
function showFacts({ facts }: ProcessAct): ShownFacts {
  const { pid, parentPid, critical, debugged, exiting, suspended, protection, userSid } = facts;
  const { imagePath, trustedSignature, microsoftRoot } = facts;
  return {
    pid,
    parentPid,
    critical,
    debugged,
    exiting,
    suspended,
    protection,
    userSid,
    imagePath,
    trustedSignature,
    microsoftRoot,
  };
}

function describe(entity: string, meant: Meant, { facts }: ProcessAct): ActionSubject {
  const { target } = meant;
  const path = facts.imagePath;
  const name = meant.name ?? path?.slice(path.lastIndexOf('\\') + 1);
  return {
    target,
    key: entity,
    hasCommandLine: false,
    hasParent: facts.parentPid !== undefined,
    isConfirmed: true,
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
