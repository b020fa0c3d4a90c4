import { AgentError } from '../errors/index.ts';
import { createRedactor, type Log } from '../log/index.ts';
import { EventLog, type NativeLibrary, type ServiceControl, WindowsService } from '../windows/index.ts';
import { serviceName } from './service-name.ts';

const stopControls: ReadonlySet<ServiceControl['control']> = new Set(['stop', 'shutdown', 'preshutdown']);
const stopHintMs = 10_000;
/** A stop that takes longer, as on a slow disk, is told on: what the service controller hears nothing of, it holds to be hung. */
const stopProgressMs = 3_000;
/** A stop that takes longer than a minute is hung. */
const mostProgressReports = 20;
/** A file that somebody holds back keeps a thread of the pool, and with it the process: that long after its end. */
const lingerMs = 10_000;
/** The service-specific code of a run that failed, so that recovery actions fire. */
const failureCode = 1;

/** What the service does, once its configuration is read. */
export interface ServiceWork {
  readonly log: Log;
  /** Ends in order when the signal aborts. */
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/**
 * Prepares and does the work of the Windows service: reports its states, and aborts the work's signal when the service
 * controller asks to stop. It is connected to the controller before anything else: what ends without that is a start
 * that failed, after which no recovery action follows. Why it failed also goes to the event log, as the agent's own
 * log may not be open. Returns false when this process was not started by the service controller.
 */
export async function runAsService(
  library: NativeLibrary,
  prepare: () => Promise<ServiceWork>,
): Promise<boolean> {
  const service = WindowsService.start(library, serviceName);
  if (service === undefined) return false;
  let failure = 0;
  try {
    await serve(service, await prepare());
  } catch (error) {
    failure = failureCode;
    noteFailure(library, error);
    throw error;
  } finally {
    service.report('stopped', { failure });
    // Node's own exit would wait for the thread. Where nothing keeps the process, this does not either.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), lingerMs).unref();
  }
  return true;
}

async function serve(service: WindowsService, { log, work }: ServiceWork): Promise<void> {
  const stop = new AbortController();
  const ended = new AbortController();
  let deafness: unknown;
  const listening = listen(service, stop, ended.signal, log).catch((error: unknown) => {
    // Nobody could stop it in order any more: it ends now, as a failure, so that it is started again.
    log.error('The service controller is not heard any more', { error: String(error) });
    deafness = error;
    stop.abort();
  });
  let stopProgress: NodeJS.Timeout | undefined;
  stop.signal.addEventListener('abort', () => {
    stopProgress = reportStopping(service, log);
  });
  try {
    service.report('running');
    await work(stop.signal);
    if (deafness !== undefined) throw deafness;
  } finally {
    clearInterval(stopProgress);
    ended.abort();
    await listening;
  }
}

/** In the event log, where administrators look for why a service ended. That log being unusable changes nothing. */
function noteFailure(library: NativeLibrary, error: unknown): void {
  const said =
    error instanceof AgentError ? `${error.code}: ${error.placedMessage}\n${error.remedy}` : String(error);
  try {
    const eventLog = EventLog.open(library, serviceName);
    eventLog.write('ERROR', 'ERROR', createRedactor()(`The service ended with an error. ${said}`));
    eventLog.close();
  } catch {
    // The service controller and standard error are told all the same.
  }
}

/** Until the timer is cleared. A report that fails must not end an orderly stop. */
function reportStopping(service: WindowsService, log: Log): NodeJS.Timeout {
  const report = (): void => {
    try {
      service.report('stopping', { waitHintMs: stopHintMs });
    } catch (error) {
      log.warn('The service controller was not told of the stop', { error: String(error) });
    }
  };
  report();
  let reports = 0;
  const progress = setInterval(() => {
    reports += 1;
    if (reports > mostProgressReports) clearInterval(progress);
    else report();
  }, stopProgressMs);
  return progress;
}

async function listen(
  service: WindowsService,
  stop: AbortController,
  ended: AbortSignal,
  log: Log,
): Promise<void> {
  for await (const { control, eventType, sessionId } of service.controls(ended)) {
    log.info('Service control', { control, eventType, sessionId });
    if (!stopControls.has(control) || stop.signal.aborted) continue;
    stop.abort(control);
  }
}
