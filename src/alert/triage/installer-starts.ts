import type { ScoredStart } from '../../anomaly/index.ts';
import { memoize } from '../../text/index.ts';
import { RecentRing } from '../recent-ring.ts';
import type { StatePort } from '../state-port.ts';
import { type SeenStart, toSeenStart } from './recent-starts.ts';

const installerName =
  /^(?:msiexec|tiworker|trustedinstaller|wusa|dism|dismhost|choco|winget|appinstaller|officec2rclient|officeclicktorun|wuauclt|usoclient|mpsigstub|musnotification)\.exe$|setup|install|update|upgrade|patch|bootstrapper|\.tmp$/;
const remembered = 1_000;
/** A pattern over a name costs more than the rest of a start together; names repeat. */
const looksLikeInstaller = memoize((name) => installerName.test(name.toLowerCase()), 4_096);

/** Installers and updaters that started lately: an ordinary explanation to check first. */
export class InstallerStarts {
  readonly #ring: RecentRing<SeenStart>;

  constructor(port?: StatePort) {
    this.#ring = new RecentRing('installer-start', remembered, port);
  }

  observe(start: ScoredStart): void {
    const { name } = start.event.process;
    if (name !== undefined && looksLikeInstaller(name)) this.#ring.push(toSeenStart(start));
  }

  /** Those of a host from `fromMs` to `toMs`, latest first. */
  of(host: string, fromMs: number, toMs: number, limit: number): SeenStart[] {
    const found: SeenStart[] = [];
    for (const start of this.#ring.latestFirst()) {
      if (start.host !== host || start.timeMs < fromMs || start.timeMs > toMs) continue;
      found.push(start);
      if (found.length === limit) break;
    }
    return found;
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#ring.forgetSaved();
  }

  save(port: StatePort): void {
    this.#ring.save(port);
  }
}
