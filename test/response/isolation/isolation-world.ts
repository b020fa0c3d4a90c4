import { AgentError } from '../../../src/errors/index.ts';
import {
  type FiltersInForce,
  type FoundPeers,
  type IsolationChange,
  type IsolationParts,
  type IsolationPlan,
  type IsolationPort,
  IsolationStage,
  type ResponseMode,
} from '../../../src/response/index.ts';
import { ResponseJournalFile } from '../../../src/store/index.ts';
import { parseNetwork } from '../../../src/text/index.ts';

/** A packet filter that remembers what it was told. */
class RecordingFilters implements IsolationPort {
  plan: IsolationPlan | undefined;
  readonly calls: string[] = [];
  /** Methods that fail. */
  readonly failing = new Set<string>();
  /** Waited for in the middle of a call; what never resolves ends the world there. */
  during: (call: string) => unknown = () => undefined;

  async apply(plan: IsolationPlan): Promise<void> {
    await this.#call('apply');
    this.plan = plan;
    await this.during('applied');
  }

  async remove(): Promise<void> {
    await this.#call('remove');
    this.plan = undefined;
    await this.during('removed');
  }

  async read(): Promise<FiltersInForce> {
    if (this.failing.has('read')) throw new AgentError('PC_NATIVE_CALL', 'read failed');
    const { plan } = this;
    return { filters: plan?.filters.length ?? 0, idle: 0, planId: plan?.id };
  }

  async #call(name: string): Promise<void> {
    this.calls.push(name);
    await this.during(name);
    if (this.failing.has(name)) throw new AgentError('PC_NATIVE_CALL', `${name} failed`);
  }
}

/** Everything around the isolation invented, but for the journal. */
export class IsolationWorld {
  nowMs = Date.UTC(2026, 10, 20, 12);
  bootMs = Date.UTC(2026, 10, 20, 8);
  isKilled: boolean | undefined = false;
  isStoodDown = false;
  mode: ResponseMode = 'terminate';
  addresses: Record<string, string[]> = { 'siem.example': ['198.51.100.9'] };
  management = ['10.20.0.0/16'];
  /** Why no destination was reached. */
  problems: string[] | undefined;
  settings = {
    enabled: true,
    minSeverity: 'high' as const,
    forMs: 3_600_000,
    persistent: false,
    minIntervalMs: 86_400_000,
    refreshMs: 300_000,
  };
  readonly filters = new RecordingFilters();
  readonly told: IsolationChange[] = [];
  readonly failed: string[] = [];
  readonly journal: ResponseJournalFile;
  readonly #parts: IsolationParts;
  #ids = 0;

  constructor(file = ':memory:') {
    this.journal = new ResponseJournalFile(file);
    this.#parts = {
      settings: () => this.settings,
      mode: () => this.mode,
      isStoodDown: () => this.isStoodDown,
      isKilled: () => this.isKilled,
      journal: this.journal,
      port: this.filters,
      peers: {
        find: async (known) => this.#find(known),
        tryDestinations: async () => {
          await this.filters.during('test');
          return this.problems;
        },
      },
      audience: {
        isolation: (change) => this.told.push(change),
        failed: (_, error) => this.failed.push(String(error)),
      },
      clock: { nowMs: () => this.nowMs },
      bootMs: () => this.bootMs,
      hostName: 'WS-0417',
      isThisHost: (name) => (name === undefined ? undefined : name === 'WS-0417'),
      newId: () => `change ${++this.#ids}`,
    };
  }

  /** An agent that begins, with whatever the journal has. */
  start(): IsolationStage {
    return new IsolationStage(this.#parts);
  }

  /** What was told so far: `host-isolated success`. */
  get outcomes(): string[] {
    return this.told.map(({ action, outcome, refusals }) => [action, outcome, ...refusals].join(' '));
  }

  #find(known: FoundPeers['addresses']): FoundPeers {
    const names = new Set([...Object.keys(this.addresses), ...Object.keys(known)]);
    const addresses = Object.fromEntries(
      [...names].flatMap((name) => {
        const found = this.addresses[name]?.length ? this.addresses[name] : known[name];
        return found === undefined ? [] : [[name, found]];
      }),
    );
    return {
      allowed: {
        resolvers: [parseNetwork('192.0.2.53')!],
        endpoints: Object.values(addresses)
          .flat()
          .map((text) => ({ remote: parseNetwork(text)!, protocol: 'tcp', port: 9_243 })),
        management: this.management.map((text) => parseNetwork(text)!),
      },
      addresses,
      unresolved: [...names].filter((name) => addresses[name] === undefined),
    };
  }
}
