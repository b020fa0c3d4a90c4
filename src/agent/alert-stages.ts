import {
  type Alert,
  type AlertCounters,
  AlertDesk,
  type ExceptionEntry,
  ExceptionList,
  fingerprintFolder,
  IocList,
  type LoadedIocs,
  loadBinaryFacts,
  loadExceptions,
  loadIocs,
  type Reason,
  Reloadable,
  type StatePort,
} from '../alert/index.ts';
import type { ScoredStart } from '../anomaly/index.ts';
import type { Config } from '../config/index.ts';
import { AlertTable, alertLimits, IncidentTable, incidentLimits, type Store } from '../store/index.ts';

/** What may be asked or told while alerts are made. */
export interface AlertHooks {
  /** What moved a start's score; asked only about alerts that are shown. */
  readonly explain?: (start: ScoredStart) => readonly Reason[];
  /**
   * The oldest alerts and incidents leave the store when there are too many: for a run without an end. Whoever replays
   * recordings wants all of them.
   */
  readonly boundsArchive?: boolean;
  readonly onSilenced?: (alert: Alert, entry: ExceptionEntry) => void;
}

/** The desk, and what people may change under it while it works. */
export interface AlertStages {
  readonly desk: AlertDesk;
  readonly exceptions: Reloadable<ExceptionList>;
  readonly iocs: Reloadable<LoadedIocs>;
}

/**
 * The stages between detections and people, as configured.
 * @throws AgentError PC_EXCEPTION_INVALID or PC_IOC_INVALID when a file is refused
 */
export function openAlertStages(
  { alert }: Config,
  store: Store,
  hooks: AlertHooks,
  state: StatePort | undefined,
  counters?: AlertCounters,
): AlertStages {
  const exceptions = openExceptions(alert);
  const iocs = openIocs(alert);
  const alerts = new AlertTable(store, hooks.boundsArchive === true ? alertLimits : undefined);
  const incidents = new IncidentTable(store, hooks.boundsArchive === true ? incidentLimits : undefined);
  const desk = new AlertDesk({
    exceptions: () => exceptions.current,
    iocs: () => iocs.current.list,
    facts: loadBinaryFacts(),
    archive: {
      has: (id) => alerts.has(id),
      insertAlert: (each) => alerts.insert(each),
      insertIncident: (each) => incidents.insert(each),
    },
    explain: hooks.explain ?? (() => []),
    ...(hooks.onSilenced === undefined ? {} : { onSilenced: hooks.onSilenced }),
    suppression: { windowMs: alert.suppressionWindowMs, passed: alert.suppressionPassed },
    incidents: { quietMs: alert.incidentQuietMs, maxSpanMs: alert.incidentMaxSpanMs },
    state,
    counters,
  });
  return { desk, exceptions, iocs };
}

/** The exceptions in force, which follow their folder; counts go on where an entry stays. */
export function openExceptions({
  exceptionSets,
  exceptionsFolder,
}: Config['alert']): Reloadable<ExceptionList> {
  const folder = exceptionsFolder ?? undefined;
  return new Reloadable(
    () => new ExceptionList(loadExceptions({ sets: exceptionSets, folder })),
    () => (folder === undefined ? undefined : fingerprintFolder(folder)),
  );
}

function openIocs({ iocFolder }: Config['alert']): Reloadable<LoadedIocs> {
  return new Reloadable(
    () => (iocFolder === null ? { list: new IocList([]), skipped: new Map() } : loadIocs(iocFolder)),
    () => (iocFolder === null ? undefined : fingerprintFolder(iocFolder)),
  );
}
