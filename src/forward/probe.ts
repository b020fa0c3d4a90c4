import type { Clock } from '../event/index.ts';
import { DeliveryFailure } from './destination.ts';
import { explainFailure } from './explain-failure.ts';
import type { Route } from './forwarder.ts';
import { type AgentFacts, createTestAlert } from './notices.ts';
import { describeChain } from './tls-chain.ts';

/** What `forward test` found out about one destination. */
export interface ProbeResult {
  readonly destination: string;
  readonly ok: boolean;
  /** `event.id` of the alert that was sent, to look for at the receiver. */
  readonly eventId: string;
  readonly tookMs: number;
  /** What happened, in words. */
  readonly what: string;
  readonly remedy: string | undefined;
  /** What the receiver or the system said. */
  readonly detail: string | undefined;
  /** Certificates that the receiver showed; where TLS is what failed. */
  readonly chain: readonly string[];
}

/** Sends a marked alert past the queue, whatever the filter says. */
export async function probeRoute(
  { name, destination }: Route,
  surroundings: { readonly clock: Clock; readonly agent: AgentFacts; readonly timeoutMs: number },
): Promise<ProbeResult> {
  const { clock, agent, timeoutMs } = surroundings;
  const entry = { seq: 0, ...createTestAlert(name, clock.nowMs(), agent) };
  const startedMs = performance.now();
  const finish = (found: Partial<ProbeResult> & Pick<ProbeResult, 'what'>): ProbeResult => ({
    destination: name,
    ok: false,
    eventId: entry.eventId,
    tookMs: Math.round(performance.now() - startedMs),
    remedy: undefined,
    detail: undefined,
    chain: [],
    ...found,
  });
  try {
    const { verdicts, failure } = await destination.send([entry], AbortSignal.timeout(timeoutMs));
    if (failure !== undefined) throw failure;
    const [verdict] = verdicts;
    if (verdict === 'delivered') return finish({ ok: true, what: 'delivered' });
    const detail = typeof verdict === 'object' ? verdict.rejected : 'it wants the document sent again';
    return finish({ ...explainFailure({ code: 'HTTP 400', message: detail }), detail });
  } catch (error) {
    if (!(error instanceof DeliveryFailure)) throw error;
    const explained = explainFailure(error);
    const chain = explained.what.startsWith('TLS') ? await chainOf(error.peer) : [];
    return finish({ ...explained, detail: error.message, chain });
  }
}

async function chainOf(peer: string | undefined): Promise<readonly string[]> {
  const found = /^\[?(.+?)\]?:(\d+)$/.exec(peer ?? '');
  return found === null ? [] : describeChain(found[1] ?? '', Number(found[2]));
}
