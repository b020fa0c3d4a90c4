import type { Config } from '../config/index.ts';
import type { Log } from '../log/index.ts';
import { type ServiceControl, WindowsService } from '../windows/index.ts';
import { type OpenLibrary, openLibrary } from './live-input.ts';

const serviceName = 'ProblemChild';

const stopControls: ReadonlySet<ServiceControl['control']> = new Set(['stop', 'shutdown', 'preshutdown']);
const stopHintMs = 10_000;
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
  const listening = listen(service, stop, ended.signal, log);
  service.report('running');
  try {
    await work(stop.signal);
    service.report('stopped');
  } catch (error) {
    service.report('stopped', { failure: failureCode });
    throw error;
  } finally {
    ended.abort();
    await listening;
  }
  return true;
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
    service.report('stopping', { waitHintMs: stopHintMs });
    stop.abort(control);
  }
}
