import type { Config } from '../config/index.ts';
import type { Log } from '../log/index.ts';
import { type ServiceControl, WindowsService } from '../windows/index.ts';
import { type OpenLibrary, openLibrary } from './live-input.ts';

const serviceName = 'ProblemChild';

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

/**
 * Runs `work` as the Windows service: reports its states, and aborts its signal when the service controller asks to
 * stop. Returns false when this process was not started by the service controller.
 */
export async function runAsService(
  config: Config,
  log: Log,
  work: (signal: AbortSignal) => Promise<void>,
  open: OpenLibrary = openLibrary,
): Promise<boolean> {
  const service = WindowsService.start(await open(config), serviceName);
  if (service === undefined) return false;
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
  service.report('running');
  let failure = 0;
  try {
    await work(stop.signal);
    if (deafness !== undefined) throw deafness;
  } catch (error) {
    failure = failureCode;
    throw error;
  } finally {
    clearInterval(stopProgress);
    service.report('stopped', { failure });
    // Node's own exit would wait for the thread. Where nothing keeps the process, this does not either.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), lingerMs).unref();
    ended.abort();
    await listening;
  }
  return true;
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
