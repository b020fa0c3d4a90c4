import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AgentError, messageOf } from '../../errors/index.ts';
import { type BundleFile, type EvidenceManifest, EvidenceManifestSchema } from './manifest.ts';

const bundleName = /^[0-9a-f]{32}$/;
const draftName = /^[0-9a-f]{32}\.part$/;
/** Nobody writes at a bundle for that long: what is older was left by an agent that ended meanwhile. */
const abandonedMs = 3_600_000;
const manifestFile = 'manifest.json';
/** A manifest holds one event with its command line; nothing makes it longer. */
const maxManifestBytes = 4_194_304;

/** The bundles that a folder holds. */
export interface BundleList {
  /** Oldest first. */
  readonly manifests: readonly EvidenceManifest[];
  /** Ids of bundles whose manifest is not there or not sound. */
  readonly damaged: readonly string[];
}

/** Bundles of evidence in a folder, one for each action. */
export class EvidenceFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Writes a bundle: `fill` puts files into a draft folder and answers the manifest. An incomplete bundle is never
   * seen under its name.
   */
  async write(id: string, fill: (draft: string) => Promise<EvidenceManifest>): Promise<EvidenceManifest> {
    if (!bundleName.test(id)) throw new RangeError('the id of an action names no bundle');
    const draft = join(this.folder, `${id}.part`);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    const manifest = await fill(draft);
    await writeManifest(draft, manifest);
    const final = join(this.folder, id);
    await rm(final, { recursive: true, force: true });
    await rename(draft, final);
    return manifest;
  }

  async has(id: string): Promise<boolean> {
    return (await this.#names()).includes(id);
  }

  /** Puts a file into a bundle that is there, or another version of it, and changes the manifest to match. */
  async amend(
    id: string,
    file: string,
    content: string,
    changes: Partial<EvidenceManifest> = {},
  ): Promise<void> {
    const folder = join(this.folder, id);
    const manifest = await readManifest(folder);
    const written = await writeText(folder, file, content);
    const files = [...manifest.files.filter((each) => each.file !== file), written];
    await writeManifest(folder, { ...manifest, ...changes, files });
  }

  async list(): Promise<BundleList> {
    const manifests: EvidenceManifest[] = [];
    const damaged: string[] = [];
    for (const name of await this.#names()) {
      const manifest = await readManifest(join(this.folder, name)).catch(() => undefined);
      if (manifest?.id === name) manifests.push(manifest);
      else damaged.push(name);
    }
    manifests.sort((a, b) => a.collectedMs - b.collectedMs || (a.id < b.id ? -1 : 1));
    return { manifests, damaged };
  }

  /**
   * Copies a bundle into a new folder, images still compressed, and compares the copy with its manifest.
   * @throws AgentError PC_USAGE, or PC_EVIDENCE_DAMAGED when the copy, which stays, is not what was collected
   */
  async export(id: string, target: string): Promise<EvidenceManifest> {
    if (!bundleName.test(id) || !(await this.#names()).includes(id)) {
      throw new AgentError('PC_USAGE', `there is no evidence ${id}; see \`problemchild evidence list\``);
    }
    try {
      await cp(join(this.folder, id), target, { recursive: true, errorOnExist: true, force: false });
    } catch (cause) {
      const why = messageOf(cause);
      throw new AgentError('PC_USAGE', `the evidence could not be copied to ${target}: ${why}`, {
        where: target,
        cause,
      });
    }
    return verifyBundle(id, target);
  }

  /**
   * Copies all bundles of an incident, each as {@link export} does, into a new folder: one folder for each, by its id.
   * @throws AgentError as `export`; the copies before the one at fault stay
   */
  async exportIncident(incidentId: string, target: string): Promise<EvidenceManifest[]> {
    const { manifests } = await this.list();
    const meant = manifests.filter((manifest) => manifest.incidentId === incidentId);
    if (meant.length === 0) {
      throw new AgentError(
        'PC_USAGE',
        `there is no evidence ${incidentId}; see \`problemchild evidence list\``,
      );
    }
    try {
      await mkdir(target, { mode: 0o700 });
    } catch (cause) {
      const why = messageOf(cause);
      throw new AgentError('PC_USAGE', `the folder cannot be made: ${why}`, { where: target, cause });
    }
    const exported: EvidenceManifest[] = [];
    for (const { id } of meant) exported.push(await this.export(id, join(target, id)));
    return exported;
  }

  /**
   * Removes the oldest bundles until no more than so many bytes are left, and answers their ids. Drafts that were left
   * behind go as well: they are in no list.
   */
  async prune(maxTotalBytes: number): Promise<string[]> {
    await this.#removeAbandoned();
    const measured = await Promise.all(
      (await this.#names()).map((name) => this.#orGone(this.#measure(name))),
    );
    const bundles = measured.filter((bundle) => bundle !== undefined);
    bundles.sort((a, b) => a.changedMs - b.changedMs || (a.name < b.name ? -1 : 1));
    let total = bundles.reduce((sum, { bytes }) => sum + bytes, 0);
    const removed: string[] = [];
    for (const { name, bytes } of bundles) {
      if (total <= maxTotalBytes) break;
      await this.#remove(name);
      total -= bytes;
      removed.push(name);
    }
    return removed;
  }

  async #removeAbandoned(): Promise<void> {
    for (const name of await this.#names(draftName)) {
      const path = join(this.folder, name);
      const draft = await this.#orGone(stat(path));
      if (draft === undefined || Math.abs(Date.now() - draft.mtimeMs) <= abandonedMs) continue;
      await this.#remove(name);
    }
  }

  /** Somebody else may make room at the same time. */
  async #orGone<T>(look: Promise<T>): Promise<T | undefined> {
    try {
      return await look;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(this.folder, error);
    }
  }

  async #remove(name: string): Promise<void> {
    try {
      await rm(join(this.folder, name), { recursive: true, force: true });
    } catch (error) {
      throw unreadable(this.folder, error);
    }
  }

  async #names(pattern = bundleName): Promise<string[]> {
    try {
      return (await readdir(this.folder)).filter((name) => pattern.test(name)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadable(this.folder, error);
    }
  }

  async #measure(name: string): Promise<{ name: string; bytes: number; changedMs: number }> {
    const path = join(this.folder, name);
    const sizes = await Promise.all(
      (await readdir(path)).map(async (file) => (await stat(join(path, file))).size),
    );
    return { name, bytes: sizes.reduce((a, b) => a + b, 0), changedMs: (await stat(path)).mtimeMs };
  }
}

function unreadable(folder: string, cause: unknown): AgentError {
  const what = `the evidence in ${folder} cannot be reached: ${messageOf(cause)}`;
  return new AgentError('PC_EVIDENCE_FOLDER', what, { where: folder, cause });
}

/** Writes one of a bundle's files, and answers what the manifest says of it. */
export async function writeText(folder: string, file: string, content: string): Promise<BundleFile> {
  const bytes = Buffer.from(content, 'utf8');
  const draft = join(folder, `${file}.part`);
  await writeFile(draft, bytes, { mode: 0o600 });
  await rename(draft, join(folder, file));
  return { file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function writeManifest(folder: string, manifest: EvidenceManifest): Promise<void> {
  await writeText(folder, manifestFile, `${JSON.stringify(manifest, undefined, 1)}\n`);
}

async function readManifest(folder: string): Promise<EvidenceManifest> {
  const path = join(folder, manifestFile);
  if ((await stat(path)).size > maxManifestBytes) throw new RangeError('the manifest is too long');
  return EvidenceManifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

async function verifyBundle(id: string, folder: string): Promise<EvidenceManifest> {
  const damage = (what: string, cause?: unknown): AgentError =>
    new AgentError('PC_EVIDENCE_DAMAGED', `the evidence ${id} is not what was collected: ${what}`, {
      where: folder,
      cause,
    });
  const manifest = await readManifest(folder).catch((cause: unknown) => {
    throw damage('its manifest is not there or not sound', cause);
  });
  if (manifest.id !== id) throw damage('its manifest is of another bundle');
  const there = new Set(await readdir(folder));
  for (const { file, bytes, sha256 } of manifest.files) {
    if (!there.delete(file)) throw damage(`${file} is missing`);
    const path = join(folder, file);
    if ((await stat(path)).size !== bytes) throw damage(`${file} is not of ${bytes} bytes`);
    const digest = createHash('sha256');
    await pipeline(createReadStream(path), digest);
    if (digest.digest('hex') !== sha256) throw damage(`${file} has another SHA-256 than the manifest says`);
  }
  there.delete(manifestFile);
  const [stranger] = there;
  if (stranger !== undefined) throw damage(`${stranger} is not in the manifest`);
  return manifest;
}
