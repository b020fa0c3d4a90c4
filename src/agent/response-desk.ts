import { hostname, userInfo } from 'node:os';
import type { ExceptionList } from '../alert/index.ts';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import type { Clock } from '../event/index.ts';
import {
  type ArmRequest,
  arm,
  createResponseSettings,
  disarm,
  type EventLogPort,
  EvidenceCollector,
  EvidenceFiles,
  OverrideWatch,
  type OwnProcesses,
  type ProcessLookPort,
  type ProcessPort,
  type ResponseAudience,
  type ResponseParts,
  ResponseStage,
  type ResponseStatus,
  statusOf,
} from '../response/index.ts';
import { assertHasJournal, ResponseJournalFile, responseFileOf } from '../store/index.ts';
import {
  createSecureDirectory,
  EventLogQuery,
  listProcesses,
  type NativeLibrary,
  ProcessControl,
  ProcessLook,
} from '../windows/index.ts';
import { findArmableRule } from './armable-rules.ts';
import { createKillSwitch, registryOf } from './kill-switch.ts';

/** What people see and say of the response, whether or not the agent runs: all of it is in the journal. */
export interface ResponseDesk {
  readonly journal: ResponseJournalFile;
  status(): ResponseStatus;
  arm(request: ArmRequest): void;
  disarm(request: ArmRequest): void;
  close(): void;
}

/**
 * `config` is asked each time: under a running agent it changes. `library` is where there is a registry, so that
 * the status knows the kill switch there. `acts`: whether the agent that it is of, if there is one, acts at all.
 * @throws AgentError PC_USAGE without a state file, PC_STORE_… when the journal is refused
 */
export function openResponseDesk(
  config: () => Config,
  clock: Clock,
  library?: NativeLibrary,
  acts = true,
): ResponseDesk {
  const journal = openJournal(config());
  const isKilled = openKillSwitch(config, clock, library);
  const override = new OverrideWatch(() => journal.override, clock);
  return {
    journal,
    status() {
      const status = statusOf(journal, override.current, config().response, isKilled());
      return acts ? status : { ...status, actsOnNothing: true };
    },
    arm(request) {
      const { override } = request;
      if (override?.ruleId !== undefined) findArmableRule(config(), override.ruleId);
      arm(journal, request, clock.nowMs());
    },
    disarm: (request) => disarm(journal, request, clock.nowMs()),
    close: () => journal.close(),
  };
}

/** @throws AgentError PC_USAGE without a state file, PC_STORE_… when the journal is refused */
export function openJournal(config: Config): ResponseJournalFile {
  if (config.state.file === null) throw new AgentError('PC_USAGE', 'name the state file with --state');
  assertHasJournal(config.state.file);
  return new ResponseJournalFile(responseFileOf(config.state.file));
}

/** The kill switch as file and, with a library, as registry value. */
export function openKillSwitch(config: () => Config, clock: Clock, library: NativeLibrary | undefined) {
  return createKillSwitch({
    file: () => config().response.killSwitchFile,
    registry: registryOf(library),
    clock,
  });
}

/** Who works at this terminal, for the journal. */
export function currentPerson(): string {
  return `${userInfo().username}@${hostname()}`;
}

export interface LiveResponseOptions {
  /** In force now; a reload exchanges it. */
  readonly config: () => Config;
  readonly exceptions: () => ExceptionList;
  readonly library: NativeLibrary;
  readonly clock: Clock;
  readonly audience: ResponseAudience;
}

export interface LiveResponse {
  readonly parts: ResponseParts;
  readonly journal: ResponseJournalFile;
  readonly stage: ResponseStage;
  close(): void;
}

/** The response over this host's processes. `stage.start()` comes before the first event. */
export function openLiveResponse(options: LiveResponseOptions): LiveResponse {
  const { config, exceptions, library, clock, audience } = options;
  const journal = openJournal(config());
  let compiledFrom = config().response;
  let settings = createResponseSettings(compiledFrom);
  const host = hostname().toLowerCase();
  const own = findOwnProcesses(library);
  const control: ProcessPort = new ProcessControl(library);
  const override = new OverrideWatch(
    () => journal.override,
    clock,
    () => forgetOverride(journal),
  );
  const evidence = openCollector(options);
  evidence();
  const parts: ResponseParts = {
    settings() {
      const { response } = config();
      if (response !== compiledFrom) {
        compiledFrom = response;
        settings = createResponseSettings(response);
      }
      return settings;
    },
    exceptions,
    journal,
    control,
    clock,
    override: () => override.current,
    isKilled: openKillSwitch(config, clock, library),
    own: () => own,
    isThisHost: (event) => isSameHost(event.host.name, host),
    audience,
    evidence,
  };
  return { parts, journal, stage: new ResponseStage(parts), close: () => journal.close() };
}

function forgetOverride(journal: ResponseJournalFile): void {
  try {
    journal.override = undefined;
  } catch {
    // A full disk: it is over for this run all the same.
  }
}

/** What was kept, for reading; `undefined` where nothing is kept. */
export function openEvidence(config: Config): EvidenceFiles | undefined {
  const { folder } = config.response.evidence;
  return folder === null ? undefined : new EvidenceFiles(folder);
}

/** Follows the configuration; the folder is made safe before anything is put there. */
function openCollector({
  config,
  library,
  audience,
}: LiveResponseOptions): () => EvidenceCollector | undefined {
  let openedFor: Config['response']['evidence'] | undefined;
  let collector: EvidenceCollector | undefined;
  const look: ProcessLookPort = new ProcessLook(library);
  const log: EventLogPort = new EventLogQuery(library);
  return () => {
    const { evidence } = config().response;
    if (evidence === openedFor) return collector;
    const isFirst = openedFor === undefined;
    openedFor = evidence;
    const { folder, ...limits } = evidence;
    try {
      if (folder !== null) createSecureDirectory(library, folder);
      collector =
        folder === null ? undefined : new EvidenceCollector(new EvidenceFiles(folder), limits, look, log);
    } catch (error) {
      if (isFirst) throw error;
      audience.failed('Evidence stays where it was kept', error);
    }
    return collector;
  };
}

/** Sources write a host with or without its domain. */
export function isSameHost(name: string | undefined, host: string): boolean | undefined {
  if (name === undefined) return undefined;
  const other = name.toLowerCase();
  return other === host || other.split('.')[0] === host || host.split('.')[0] === other;
}

/** The agent's ancestors cannot change while it runs; one that has ended spares whoever has its pid now. */
function findOwnProcesses(library: NativeLibrary): OwnProcesses {
  const parentOf = new Map<number, number>();
  for (const { pid, parentPid } of listProcesses(library)) {
    if (pid !== undefined && parentPid !== undefined) parentOf.set(pid, parentPid);
  }
  const ancestorPids = new Set<number>();
  for (let pid = parentOf.get(process.pid); pid !== undefined; pid = parentOf.get(pid)) {
    if (ancestorPids.has(pid)) break;
    ancestorPids.add(pid);
  }
  return { pid: process.pid, ancestorPids };
}
