import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DeskOutcome } from '../../alert/index.ts';
import type { ScoredStart } from '../../anomaly/index.ts';
import { messageOf } from '../../errors/index.ts';
import type { Action, ActionSubject } from '../action.ts';
import type { ProcessTarget } from '../process-port.ts';
import { type Draft, keepJson, keepText, readable, within } from './bundle-draft.ts';
import { type CaseFacts, CaseMemory } from './case-memory.ts';
import { redactEnvironment } from './environment.ts';
import type { EventLogPort } from './event-log-port.ts';
import type { EvidenceFiles } from './evidence-files.ts';
import { copyImage, type OpenImage, openImage } from './image-file.ts';
import { type KeptRecords, LoggedRecords } from './logged-records.ts';
import type { EvidenceManifest, ImageCopy } from './manifest.ts';
import { hashModules } from './module-files.ts';
import type { EnvironmentLook, ModulesLook, ProcessLookPort } from './process-look.ts';
import { RecentStarts } from './recent-starts.ts';

export interface EvidenceLimits {
  /** How long the ending of a process waits for what can only be read while it runs. */
  readonly waitMs: number;
  /** For everything after that. */
  readonly timeoutMs: number;
  /** A larger image is copied up to here, and the manifest says that it was cut; a larger module is not hashed. */
  readonly maxFileBytes: number;
  /** Bundles together; the oldest leave first. */
  readonly maxTotalBytes: number;
  /** Patterns of names of environment variables whose values are not kept. */
  readonly secretNames: readonly string[];
}

/** What was begun before the process was ended. */
export interface EvidenceDraft {
  readonly imagePath: string | undefined;
  readonly image: Promise<OpenImage | string>;
  readonly environment: Promise<EnvironmentLook | undefined>;
  readonly modules: Promise<ModulesLook | undefined>;
}

/**
 * Gathers a bundle for each process that is ended. What perishes with the process is asked for before, and the
 * ending waits for it a short time only; an open image can be copied afterwards, even when it is deleted meanwhile.
 */
export class EvidenceCollector {
  readonly #files: EvidenceFiles;
  readonly #limits: EvidenceLimits;
  readonly #look: ProcessLookPort | undefined;
  readonly #logged: LoggedRecords | undefined;
  readonly #recent = new RecentStarts();
  readonly #cases = new CaseMemory();
  /** Changes of bundles, one after the other. */
  #amending: Promise<void> = Promise.resolve();

  constructor(files: EvidenceFiles, limits: EvidenceLimits, look?: ProcessLookPort, log?: EventLogPort) {
    this.#files = files;
    this.#limits = limits;
    this.#look = look;
    this.#logged = log && new LoggedRecords(log);
  }

  /** Every start, so that the user's last ones can be shown. */
  observe(start: ScoredStart): void {
    this.#recent.observe(start);
  }

  /** Something is about to be done about the process of this event. */
  expect(eventId: string): void {
    this.#cases.expect(eventId);
  }

  /** Adds alerts and incidents to the bundles that they are about. */
  async learn(outcome: DeskOutcome): Promise<void> {
    await Promise.all([...this.#cases.learn(outcome)].map((id) => this.#amendNext(id)));
  }

  /** Never fails; what cannot be had is said in the bundle. */
  async begin(target: ProcessTarget, imagePath: string | undefined): Promise<EvidenceDraft> {
    const draft: EvidenceDraft = {
      imagePath,
      image: openImage(imagePath),
      environment: orNothing(this.#look?.environment(target)),
      modules: orNothing(this.#look?.modules(target)),
    };
    const { image, environment, modules } = draft;
    const { waitMs } = this.#limits;
    const ended = new AbortController();
    await Promise.race([
      Promise.all([image, environment, modules]),
      wait(waitMs, undefined, { signal: ended.signal }).catch(() => undefined),
    ]);
    ended.abort();
    return draft;
  }

  /** Writes the bundle and closes the image. */
  async keep(begun: EvidenceDraft, action: Action, nowMs: number): Promise<EvidenceManifest> {
    const manifest = await this.#write(begun, action, nowMs);
    const { alerts, incident } = this.#cases.bind(manifest.eventIds, manifest.id);
    if (alerts !== '' || incident !== undefined) {
      await this.#amendNext(manifest.id);
    }
    await this.#files.prune(this.#limits.maxTotalBytes);
    return manifest;
  }

  #amendNext(id: string): Promise<void> {
    const done = this.#amending.then(() => this.#amend(id));
    this.#amending = done.catch(() => undefined);
    return done;
  }

  async #amend(id: string): Promise<void> {
    const { alerts, incident }: CaseFacts = this.#cases.factsOf(id);
    // A bundle that had to leave for younger ones stays away.
    if (!(await this.#files.has(id))) return;
    if (alerts !== '') await this.#files.amend(id, 'alerts.ndjson', alerts);
    if (incident === undefined) return;
    const { document, id: incidentId } = incident;
    await this.#files.amend(id, 'incident.json', `${document}\n`, { incidentId });
  }

  async #write(begun: EvidenceDraft, action: Action, nowMs: number): Promise<EvidenceManifest> {
    const { timeoutMs } = this.#limits;
    const signal = AbortSignal.timeout(timeoutMs);
    const { target } = action.subject;
    const records = target && this.#logged?.gather(target, nowMs, signal);
    const image = await within(begun.image, signal);
    // One that comes later than that is only closed.
    if (image === undefined) void begun.image.then(close);
    try {
      return await this.#files.write(action.id, async (folder) => {
        const draft: Draft = { folder, files: [], missing: [], signal };
        const copy = await this.#keepImage(draft, image, begun.imagePath);
        await this.#keepEnvironment(draft, begun);
        await this.#keepModules(draft, begun);
        await this.#keepContext(draft, action.subject);
        if (records !== undefined) await this.#keepRecords(draft, records);
        const { subject, id, by } = action;
        return {
          version: 2,
          id,
          collectedMs: nowMs,
          by,
          event: { ...subject.document },
          rule: subject.rule,
          eventIds: [...subject.eventIds],
          image: copy,
          files: draft.files,
          missing: draft.missing,
        };
      });
    } finally {
      if (image !== undefined) await close(image);
    }
  }

  async #keepImage(
    draft: Draft,
    image: OpenImage | string | undefined,
    path: string | undefined,
  ): Promise<ImageCopy | undefined> {
    const target = join(draft.folder, 'image.gz');
    if (image === undefined || typeof image === 'string' || path === undefined) {
      draft.missing.push({ what: 'image', why: typeof image === 'string' ? image : 'the time was up' });
      return undefined;
    }
    try {
      const { copy, file } = await copyImage(image, path, target, this.#limits.maxFileBytes, draft.signal);
      draft.files.push(file);
      return copy;
    } catch (error) {
      draft.missing.push({
        what: 'image',
        why: draft.signal.aborted ? 'the time was up' : messageOf(error),
      });
      return undefined;
    }
  }

  async #keepEnvironment(draft: Draft, { environment }: EvidenceDraft): Promise<void> {
    const look = readable(draft, 'environment', await within(environment, draft.signal));
    if (look === undefined) return;
    const variables = redactEnvironment(look.entries, this.#limits.secretNames);
    await keepJson(draft, 'environment.json', { is_cut: look.isCut, variables });
  }

  async #keepModules(draft: Draft, { modules }: EvidenceDraft): Promise<void> {
    const look = readable(draft, 'modules', await within(modules, draft.signal));
    if (look === undefined) return;
    const hashed = await hashModules(look.modules, this.#limits.maxFileBytes, draft.signal);
    await keepJson(draft, 'modules.json', {
      found: look.found,
      modules: hashed.map(({ ntPath, fileBytes, ...module }) => ({
        ...module,
        nt_path: ntPath,
        file_bytes: fileBytes,
      })),
    });
  }

  async #keepContext(draft: Draft, { ancestors, user }: ActionSubject): Promise<void> {
    await keepJson(draft, 'ancestry.json', ancestors ?? []);
    const recent = this.#recent.ofUser(user);
    if (recent.length === 0) {
      draft.missing.push({ what: 'recent starts', why: 'none of this user was seen' });
      return;
    }
    const lines = recent.map((document) => `${JSON.stringify(document)}\n`).join('');
    await keepText(draft, 'recent-starts.ndjson', lines);
  }

  async #keepRecords(draft: Draft, gathering: Promise<KeptRecords>): Promise<void> {
    const gathered = await within(gathering, draft.signal);
    draft.missing.push(...(gathered?.missing ?? [{ what: 'event log', why: 'the time was up' }]));
    if (gathered !== undefined && gathered.lines !== '') {
      await keepText(draft, 'event-log.ndjson', gathered.lines);
    }
  }
}

async function close(image: OpenImage | string): Promise<void> {
  if (typeof image !== 'string') await image.close();
}

function orNothing<T>(look: Promise<T> | undefined): Promise<T | undefined> {
  return look?.catch(() => undefined) ?? Promise.resolve(undefined);
}
