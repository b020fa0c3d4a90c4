import type { Reloadable } from '../alert/index.ts';
import type { Config } from '../config/index.ts';
import { messageOf } from '../errors/index.ts';
import type { OpenLog } from '../log/index.ts';
import type { BatchRunner } from './batch-runner.ts';
import type { ConfigWatch } from './config-watch.ts';
import type { Engine } from './engine.ts';
import type { LiveForwarding } from './live-forwarding.ts';
import { logSkippedIndicators } from './skipped-indicators.ts';
import type { Tally } from './tally.ts';

export interface LiveReloadParts {
  readonly watch: ConfigWatch;
  readonly runner: BatchRunner;
  readonly forwarding: LiveForwarding;
  readonly openEngine: (config: Config, tally: Tally) => Promise<Engine>;
  /** For what has no part of its own to exchange. */
  readonly apply: (config: Config) => void;
  readonly log: Omit<OpenLog, 'close'>;
}

/** What people change under the running agent; a version that is refused leaves the last good one in force. */
export class LiveReload {
  readonly #parts: LiveReloadParts;
  #running: Promise<void> | undefined;

  constructor(parts: LiveReloadParts) {
    this.#parts = parts;
  }

  /** As {@link look}, because somebody asks for it: what was refused before is tried again. */
  reload(): Promise<void> {
    if (this.#running === undefined) this.#parts.watch.forgetRefusal();
    return this.look();
  }

  /** Looks for changes and puts them in force; a second call meanwhile waits for the first. Never throws. */
  look(): Promise<void> {
    this.#running ??= this.#reloadAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Waits until what is under way is done. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #reloadAll(): Promise<void> {
    const { exceptions, iocs } = this.#parts.runner.engine.stages;
    this.#reloadList('exceptions', exceptions);
    if (this.#reloadList('indicators', iocs)) logSkippedIndicators(this.#parts.log, iocs.current);
    try {
      await this.#reloadConfig();
    } catch (error) {
      this.#refuse('configuration', error);
    }
  }

  /** Whether it has changed. */
  #reloadList(what: string, list: Reloadable<unknown>): boolean {
    const outcome = list.reload();
    if (outcome.kind === 'changed') this.#parts.log.info('Reloaded', { what });
    if (outcome.kind === 'refused') this.#refuse(what, outcome.error);
    return outcome.kind === 'changed';
  }

  async #reloadConfig(): Promise<void> {
    const { watch, runner, forwarding, openEngine, apply, log } = this.#parts;
    const change = watch.check();
    if (change === undefined) return;
    const { config, sections, needsRestart } = change;
    // Without a state file the engine's memory would be lost with the engine.
    const keepsEngine = change.engine && config.state.file === null;
    // What may be refused comes first, so that none of it is in force when a part is.
    const next = change.forward ? await forwarding.prepare(config) : undefined;
    try {
      if (change.engine && !keepsEngine) await runner.exchange((tally) => openEngine(config, tally));
    } catch (error) {
      await next?.discard();
      throw error;
    }
    await next?.take();
    watch.accept(change);
    apply(config);
    log.info('Reloaded', {
      what: 'configuration',
      sections: sections.join(', ') || 'rules or model',
      atNextStart: keepsEngine ? sections.join(', ') || 'rules or model' : needsRestart.join(', '),
    });
  }

  #refuse(what: string, error: unknown): void {
    this.#parts.log.error('Refused; the last good version stays in force', {
      what,
      why: messageOf(error),
    });
  }
}
