import { isDeepStrictEqual } from 'node:util';
import { fingerprintFile, fingerprintFolder } from '../alert/index.ts';
import type { Config, LoadedConfig } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import { shippedBundle } from './assets.ts';

type Section = keyof Config;

/** Sections that make up the engine: it is opened anew with them. */
const engineSections: readonly Section[] = ['model', 'detection', 'anomaly', 'lineage', 'alert'];
/** Sections that have ways of their own into force. */
const exchanged: readonly Section[] = [...engineSections, 'forward', 'response'];
/** Settings of other sections that are asked anew each time, or are put in force where they belong. */
const immediate: Partial<Record<Section, readonly string[]>> = {
  log: ['level'],
  agent: ['priority', 'maxCpuPercent'],
};

/** What changed since the last look, and what that asks for. */
export interface ConfigChange {
  readonly config: Config;
  /** Names of the sections that differ. */
  readonly sections: readonly Section[];
  /** The engine must be opened anew: its sections differ, or its rules or model do. */
  readonly engine: boolean;
  readonly forward: boolean;
  /** Sections, or settings of them, that only a new start puts in force. */
  readonly needsRestart: readonly string[];
}

export interface ConfigWatchOptions {
  readonly first: Config;
  /** Reads the configuration again as the start did: file, environment and flags. */
  readonly load: () => LoadedConfig;
  /** The file that is watched, if any. */
  readonly file: string | undefined;
}

/** Looks for changes of the configuration file, the rules and the model. What is refused leaves the last good one in force. */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  #current: Config;
  #seenFile: string | undefined;
  #seenMaterials: string;
  /** Of what was accepted last. */
  #accepted: { readonly file: string | undefined; readonly materials: string };

  /** Does not read the configuration again: `first` is in force. */
  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#current = options.first;
    this.#seenFile = options.file === undefined ? undefined : fingerprintFile(options.file);
    this.#seenMaterials = fingerprintMaterials(options.first);
    this.#accepted = { file: this.#seenFile, materials: this.#seenMaterials };
  }

  /** What was accepted last. */
  get current(): Config {
    return this.#current;
  }

  /**
   * `undefined` when nothing changed since the last look. A change is in force when {@link accept} takes it; one that
   * is refused is not offered again until it changes.
   * @throws AgentError PC_CONFIG_… when the file is refused, as is one that sets nothing any more
   */
  check(): ConfigChange | undefined {
    const { file: path } = this.#options;
    const file = path === undefined ? undefined : fingerprintFile(path);
    let config = this.#current;
    if (file !== this.#seenFile) {
      this.#seenFile = file;
      const loaded = this.#options.load();
      if (!isDeepStrictEqual(loaded.config, this.#current)) refuseEmpty(loaded);
      config = loaded.config;
    }
    const materials = fingerprintMaterials(config);
    const sections = (Object.keys(config) as Section[]).filter(
      (name) => !isDeepStrictEqual(config[name], this.#current[name]),
    );
    const isOther = materials !== this.#seenMaterials;
    this.#seenMaterials = materials;
    if (sections.length === 0 && !isOther) return undefined;
    const engine = isOther || sections.some((name) => engineSections.includes(name));
    return {
      config,
      sections,
      engine,
      forward: sections.includes('forward'),
      needsRestart: sections
        .filter((name) => !exchanged.includes(name))
        .flatMap((name) => waitingSettings(name, config, this.#current)),
    };
  }

  accept({ config }: ConfigChange): void {
    this.#current = config;
    this.#accepted = { file: this.#seenFile, materials: this.#seenMaterials };
  }

  /** What was refused is offered once more: it may have been refused for what it leads to, such as a file with a secret. */
  forgetRefusal(): void {
    this.#seenFile = this.#accepted.file;
    this.#seenMaterials = this.#accepted.materials;
  }
}

/** Many an editor empties a file before it writes it: what is found in between would take every destination away. */
function refuseEmpty({ file, provenance }: LoadedConfig): void {
  if (file === undefined || [...provenance.values()].some(({ layer }) => layer === 'file')) return;
  throw new AgentError('PC_CONFIG_EMPTY', `${escapeForTerminal(file, 1024)} sets nothing`, { where: file });
}

function waitingSettings(section: Section, next: Config, current: Config): string[] {
  const others = immediate[section];
  if (others === undefined) return [section];
  const before: Record<string, unknown> = { ...current[section] };
  return Object.entries(next[section])
    .filter(([name, value]) => !others.includes(name) && !isDeepStrictEqual(value, before[name]))
    .map(([name]) => `${section}.${name}`);
}

/** Exceptions and indicators have a reload of their own, which keeps their counts. */
function fingerprintMaterials({ model, detection }: Config): string {
  const rules = detection.rulesFolder === null ? '' : fingerprintFolder(detection.rulesFolder);
  return `${fingerprintFolder(model.bundle ?? shippedBundle)}\n${rules}`;
}
