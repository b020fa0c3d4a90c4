import type { Incident } from '../../alert/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { IsolationChange } from './isolation-change.ts';
import { findIsolationRefusals } from './isolation-guard.ts';
import type { StandingIsolation } from './isolation-journal.ts';
import type { FoundPeers, IsolationParts } from './isolation-parts.ts';
import { type IsolationPlan, listAllowed, planIsolation } from './isolation-plan.ts';
import type { FiltersInForce } from './isolation-port.ts';
import { type IsolationRequest, requestFor } from './isolation-request.ts';

export interface IsolationStatus {
  readonly standing: StandingIsolation | undefined;
  readonly inForce: FiltersInForce;
}

const maxIsolationMs = 7 * 86_400_000;
/** Applying, testing and releasing take less; what takes longer was interrupted. */
const interruptedMs = 120_000;
/** The time of the system's start is computed from two clocks and may jump by this much. */
const bootToleranceMs = 60_000;

/**
 * Isolates the host, lets it go, and holds what should be in force against what is. One thing at a time: what
 * comes while another is under way waits.
 */
export class IsolationStage {
  readonly #parts: IsolationParts;
  #last: Promise<unknown> = Promise.resolve();
  #refreshedMs = Number.NEGATIVE_INFINITY;
  #hasLookedForStrays = false;

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  /** @throws AgentError PC_USAGE when the time is out of bounds */
  isolate(request: IsolationRequest): Promise<IsolationChange> {
    if (!(request.forMs >= 1_000 && request.forMs <= maxIsolationMs)) {
      throw new AgentError('PC_USAGE', 'the time must be between 1 s and 7 days');
    }
    return this.#inTurn(() => this.#isolate(request));
  }

  release(by: string, reason: string): Promise<IsolationChange> {
    return this.#inTurn(() => this.#release(by, reason));
  }

  /** Isolates for incidents that are grave enough, where the policy says so. */
  takeIncidents(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      const request = requestFor(incident, this.#parts.settings());
      if (request === undefined) continue;
      this.isolate(request).catch((error: unknown) => {
        this.#parts.audience.failed('The host could not be isolated', error);
      });
    }
  }

  /** To be called at the start and every half minute: ends what is over, repairs what is gone, follows names. */
  async reconcile(): Promise<void> {
    try {
      await this.#inTurn(() => this.#reconcile());
    } catch (error) {
      this.#parts.audience.failed('The isolation could not be looked after', error);
    }
  }

  async status(): Promise<IsolationStatus> {
    return { standing: this.#parts.journal.isolation, inForce: await this.#parts.port.read() };
  }

  /** Waits until what was begun is done. */
  async settle(): Promise<void> {
    await this.#last;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #isolate(request: IsolationRequest): Promise<IsolationChange> {
    const { journal, peers, settings, clock, isKilled, isStoodDown, mode } = this.#parts;
    const { by, byPerson, reason, persistent, incident, noWayBack } = request;
    const earlier = journal.isolation;
    const found = await peers.find(earlier?.addresses ?? {});
    const nowMs = clock.nowMs();
    const untilMs = nowMs + request.forMs;
    const plan = planIsolation(found.allowed, persistent);
    const facts = {
      action: 'host-isolated' as const,
      by,
      reason,
      incidentId: incident?.id,
      untilMs,
      persistent,
      filters: plan.filters.length,
      allowed: listAllowed(found.allowed),
      unresolved: found.unresolved,
    };
    const refusals = findIsolationRefusals({
      byPerson,
      isKilled: isKilled(),
      isStoodDown: isStoodDown(),
      isThisHost: incident === undefined ? true : this.#parts.isThisHost(incident.host),
      isIsolated: earlier !== undefined,
      nowMs,
      lastMs: journal.lastIsolationMs,
      minIntervalMs: settings().minIntervalMs,
      waysBack: found.allowed.endpoints.length + found.allowed.management.length,
      noWayBack,
    });
    if (refusals.length > 0) return this.#tell({ ...facts, outcome: 'failure', refusals });
    if (!byPerson && mode() === 'audit') return this.#tell({ ...facts, outcome: 'unknown' });
    const standing: StandingIsolation = {
      id: this.#parts.newId(),
      state: 'applying',
      changedMs: nowMs,
      sinceMs: nowMs,
      untilMs,
      by,
      reason,
      incidentId: incident?.id,
      persistent,
      bootMs: this.#parts.bootMs(),
      ...keptOf(plan, found),
    };
    journal.isolation = standing;
    try {
      await this.#parts.port.apply(plan);
    } catch (error) {
      // Nothing has changed: what was in force before still is.
      journal.isolation = earlier;
      return this.#tell({ ...facts, outcome: 'failure', cause: describe(error) });
    }
    const mustTest = found.allowed.endpoints.length > 0 && !noWayBack;
    const problems = mustTest ? await this.#tryDestinations() : undefined;
    if (problems !== undefined) {
      const cause = `no destination could be reached: ${problems.join('; ')}`;
      const told: Told = { ...facts, wayBack: 'unreached', outcome: 'failure', cause };
      return earlier?.state === 'isolated'
        ? this.#fallBack(earlier, found, told)
        : this.#undo(standing, told);
    }
    journal.isolation = { ...standing, state: 'isolated', changedMs: clock.nowMs() };
    this.#refreshedMs = clock.nowMs();
    return this.#tell({ ...facts, wayBack: mustTest ? 'reached' : 'untested', outcome: 'success' });
  }

  /** A host that was isolated stays so though it could not be isolated anew; where even that fails, it is told. */
  async #fallBack(earlier: StandingIsolation, found: FoundPeers, told: Told): Promise<IsolationChange> {
    const { journal, port } = this.#parts;
    const plan = planIsolation(found.allowed, earlier.persistent);
    try {
      await port.apply(plan);
    } catch (error) {
      const reason = `the isolation before could not be set again: ${describe(error)}`;
      const change = this.#tell({ ...told, cause: `${told.cause}; ${reason}` });
      await this.#release('agent', reason);
      return change;
    }
    journal.isolation = { ...earlier, ...keptOf(plan, found) };
    return this.#tell({ ...told, cause: `${told.cause}; the isolation before stays in force` });
  }

  /** A test that fails in itself has reached nobody. */
  async #tryDestinations(): Promise<readonly string[] | undefined> {
    try {
      return await this.#parts.peers.tryDestinations();
    } catch (error) {
      return [describe(error)];
    }
  }

  /** Takes the filters away again, and tells why; filters that will not go are tried again by and by. */
  async #undo(standing: StandingIsolation, told: Told): Promise<IsolationChange> {
    const { journal, port, clock } = this.#parts;
    journal.isolation = { ...standing, state: 'releasing', changedMs: clock.nowMs() };
    try {
      await port.remove();
    } catch (error) {
      const cause = [told.cause, describe(error)].filter((text) => text !== undefined).join('; ');
      return this.#tell({ ...told, outcome: 'failure', cause });
    }
    journal.isolation = undefined;
    return this.#tell(told);
  }

  async #release(by: string, reason: string): Promise<IsolationChange> {
    const { journal, port } = this.#parts;
    const told: Told = { action: 'host-released', by, reason, outcome: 'success' };
    const standing = journal.isolation;
    if (standing !== undefined) {
      return this.#undo(standing, { ...told, incidentId: standing.incidentId });
    }
    try {
      const { filters, idle } = await port.read();
      if (filters + idle > 0) await port.remove();
    } catch (error) {
      return this.#tell({ ...told, outcome: 'failure', cause: describe(error) });
    }
    return this.#tell(told);
  }

  async #reconcile(): Promise<void> {
    const { journal, port, clock, isKilled, bootMs } = this.#parts;
    const standing = journal.isolation;
    if (standing === undefined) {
      if (this.#hasLookedForStrays) return;
      this.#hasLookedForStrays = true;
      const { filters, idle } = await port.read();
      if (filters + idle > 0) await this.#release('agent', 'filters were there that nobody answers for');
      return;
    }
    const { state, changedMs, sinceMs, untilMs, by, persistent } = standing;
    const nowMs = clock.nowMs();
    if (state !== 'isolated') {
      // Another process may be at it right now.
      if (Math.abs(nowMs - changedMs) >= interruptedMs)
        await this.#release('agent', `interrupted while ${state}`);
    } else if (nowMs >= untilMs || this.#passedMs(standing, nowMs) >= untilMs - sinceMs) {
      await this.#release('agent', 'its time is over');
    } else if (nowMs < sinceMs) {
      await this.#release('agent', 'the clock was set back');
    } else if (isKilled() === true && by === 'agent') {
      await this.#release('agent', 'the kill switch is set');
    } else if (persistent || Math.abs(bootMs() - standing.bootMs) <= bootToleranceMs) {
      await this.#repair(standing, nowMs);
    } else {
      await this.#judgeStart(standing, nowMs);
    }
  }

  /**
   * The time of the system's start is another than it was. A start takes the filters away, so that where they are all
   * there it was the clock that was set, or a virtual machine that stood still.
   */
  async #judgeStart(standing: StandingIsolation, nowMs: number): Promise<void> {
    const { journal, port, bootMs } = this.#parts;
    if (!isWhole(await port.read(), standing)) {
      await this.#release('agent', 'the system was started again');
      return;
    }
    const later: StandingIsolation = { ...standing, bootMs: bootMs(), ranMs: ranMsOf(standing) };
    journal.isolation = later;
    await this.#repair(later, nowMs);
  }

  /**
   * What has passed since it was isolated, at least, by how long the system has run: setting the clock back must not
   * keep a host isolated. A system that was started again since has run for less than that.
   */
  #passedMs(standing: StandingIsolation, nowMs: number): number {
    return nowMs - this.#parts.bootMs() - ranMsOf(standing);
  }

  /** Sets the filters again when they are not what they should be, or when names have other addresses by now. */
  async #repair(standing: StandingIsolation, nowMs: number): Promise<void> {
    const { journal, port, peers, settings } = this.#parts;
    const inForce = await port.read();
    const isUntouched = isWhole(inForce, standing);
    if (isUntouched && nowMs >= this.#refreshedMs && nowMs - this.#refreshedMs < settings().refreshMs) return;
    const found: FoundPeers = await peers.find(standing.addresses);
    this.#refreshedMs = nowMs;
    const plan = planIsolation(found.allowed, standing.persistent);
    if (isUntouched && plan.id === standing.planId) return;
    const told = {
      action: 'host-isolation-updated' as const,
      by: 'agent',
      reason: isUntouched
        ? 'names have other addresses, or the configuration was changed'
        : 'filters were missing',
      untilMs: standing.untilMs,
      persistent: standing.persistent,
      filters: plan.filters.length,
      allowed: listAllowed(found.allowed),
      unresolved: found.unresolved,
    };
    try {
      await port.apply(plan);
    } catch (error) {
      this.#tell({ ...told, outcome: 'failure', cause: describe(error) });
      return;
    }
    journal.isolation = { ...standing, ...keptOf(plan, found) };
    this.#tell({ ...told, outcome: 'success' });
  }

  #tell(told: Told): IsolationChange {
    const { journal, audience, clock, newId, hostName } = this.#parts;
    const change: IsolationChange = {
      refusals: [],
      ...told,
      id: newId(),
      atMs: clock.nowMs(),
      host: hostName,
    };
    journal.noteIsolation(change);
    audience.isolation(change);
    return change;
  }
}

type Told = Omit<IsolationChange, 'id' | 'atMs' | 'host' | 'refusals'> &
  Partial<Pick<IsolationChange, 'refusals'>>;

/** What the journal keeps of a plan that is in force. */
function keptOf(
  { id, filters }: IsolationPlan,
  { addresses }: FoundPeers,
): Pick<StandingIsolation, 'planId' | 'filters' | 'addresses'> {
  return { planId: id, filters: filters.length, addresses };
}

function isWhole(inForce: FiltersInForce, { planId, filters }: StandingIsolation): boolean {
  return inForce.planId === planId && inForce.filters === filters;
}

function ranMsOf({ ranMs, sinceMs, bootMs }: StandingIsolation): number {
  return ranMs ?? sinceMs - bootMs;
}

function describe(error: unknown): string {
  return error instanceof AgentError ? `${error.code}: ${error.message}` : String(error);
}
