import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import {
  cp,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AgentError } from '../errors/index.ts';
import type { Action } from './action.ts';

export interface EvidenceLimits {
  /** A larger image is hashed and copied up to here, and the manifest says that it was cut. */
  readonly maxFileBytes: number;
  /** Bundles of all incidents together; the oldest leave first. */
  readonly maxTotalBytes: number;
  readonly timeoutMs: number;
}

/** What lies in one bundle. */
export interface EvidenceManifest {
  readonly version: 1;
  readonly id: string;
  readonly collectedMs: number;
  /** The event in ECS: command line, parent, user, hashes that the source had. */
  readonly event: object;
  readonly rule: Action['subject']['rule'];
  readonly eventIds: readonly string[];
  readonly image: ImageCopy | undefined;
  /** Why there is no copy of the image. */
  readonly missing: string | undefined;
}

export interface ImageCopy {
  readonly path: string;
  /** Name in the bundle: compressed, so that nobody starts it by mistake. */
  readonly file: string;
  readonly bytes: number;
  readonly isCut: boolean;
  /** Of what was copied, before and after compression; lower-case hexadecimal. */
  readonly sha256: string;
  readonly compressedSha256: string;
}

const bundleName = /^[0-9a-f]{32}$/;
const imageFile = 'image.gz';
const manifestFile = 'manifest.json';

/**
 * Bundles of evidence in a folder, one for each action. The image is opened before the process is ended, which
 * takes no time, and copied afterwards: an open file can be read to its end even when it is deleted meanwhile.
 */
export class EvidenceFiles {
  readonly folder: string;
  readonly #limits: EvidenceLimits;

  constructor(folder: string, limits: EvidenceLimits) {
    this.folder = folder;
    this.#limits = limits;
  }

  /** @returns `undefined` when the image cannot be opened, which keeps nothing from going on */
  async openImage(path: string | undefined): Promise<FileHandle | undefined> {
    return path === undefined ? undefined : open(path, 'r').catch(() => undefined);
  }

  /** Writes the bundle and closes the image. An incomplete bundle is never seen under its name. */
  async collect(
    action: Action,
    path: string | undefined,
    image: FileHandle | undefined,
    nowMs: number,
  ): Promise<EvidenceManifest> {
    const { id, subject } = action;
    if (!bundleName.test(id)) throw new RangeError('the id of an action names no bundle');
    const draft = join(this.folder, `${id}.part`);
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await rm(draft, { recursive: true, force: true });
      await mkdir(draft, { mode: 0o700 });
      let copy: ImageCopy | undefined;
      let missing: string | undefined = 'the image could not be opened';
      if (image !== undefined && path !== undefined) {
        try {
          copy = await this.#copy(image, path, join(draft, imageFile));
          missing = undefined;
        } catch (error) {
          await rm(join(draft, imageFile), { force: true });
          missing = error instanceof Error ? error.message : String(error);
        }
      }
      const manifest: EvidenceManifest = {
        version: 1,
        id,
        collectedMs: nowMs,
        event: subject.document,
        rule: subject.rule,
        eventIds: subject.eventIds,
        image: copy,
        missing,
      };
      await writeFile(join(draft, manifestFile), `${JSON.stringify(manifest, undefined, 1)}\n`, {
        mode: 0o600,
      });
      const final = join(this.folder, id);
      await rm(final, { recursive: true, force: true });
      await rename(draft, final);
      await this.prune(this.#limits.maxTotalBytes);
      return manifest;
    } finally {
      await image?.close();
    }
  }

  async #copy(image: FileHandle, path: string, target: string): Promise<ImageCopy> {
    const { maxFileBytes, timeoutMs } = this.#limits;
    const { size } = await image.stat();
    const before = createHash('sha256');
    const after = createHash('sha256');
    let bytes = 0;
    const source = image.createReadStream({ start: 0, end: maxFileBytes - 1, autoClose: false });
    await pipeline(
      source,
      observe((chunk) => {
        before.update(chunk);
        bytes += chunk.length;
      }),
      createGzip({ level: 1 }),
      observe((chunk) => after.update(chunk)),
      createWriteStream(target, { flags: 'wx', mode: 0o600 }),
      { signal: AbortSignal.timeout(timeoutMs) },
    );
    return {
      path,
      file: imageFile,
      bytes,
      isCut: size > bytes,
      sha256: before.digest('hex'),
      compressedSha256: after.digest('hex'),
    };
  }

  /** Manifests of all bundles, oldest first. One that cannot be read is passed over. */
  async list(): Promise<EvidenceManifest[]> {
    const found: EvidenceManifest[] = [];
    for (const name of await this.#names()) {
      try {
        found.push(
          JSON.parse(await readFile(join(this.folder, name, manifestFile), 'utf8')) as EvidenceManifest,
        );
      } catch {
        // A bundle that somebody damaged is still there for `prune`, and for a person to look at.
      }
    }
    return found.sort((a, b) => a.collectedMs - b.collectedMs || (a.id < b.id ? -1 : 1));
  }

  /** Copies a bundle into a new folder, images still compressed. @throws AgentError PC_USAGE */
  async export(id: string, target: string): Promise<void> {
    if (!bundleName.test(id) || !(await this.#names()).includes(id)) {
      throw new AgentError('PC_USAGE', `there is no evidence ${id}; see \`problemchild evidence list\``);
    }
    try {
      await cp(join(this.folder, id), target, { recursive: true, errorOnExist: true, force: false });
    } catch (cause) {
      throw new AgentError(
        'PC_USAGE',
        `the evidence could not be copied to ${target}: ${(cause as Error).message}`,
        {
          where: target,
          cause,
        },
      );
    }
  }

  /** Removes the oldest bundles until no more than so many bytes are left, and answers their ids. */
  async prune(maxTotalBytes: number): Promise<string[]> {
    const bundles = await Promise.all((await this.#names()).map((name) => this.#measure(name)));
    bundles.sort((a, b) => a.changedMs - b.changedMs || (a.name < b.name ? -1 : 1));
    let total = bundles.reduce((sum, { bytes }) => sum + bytes, 0);
    const removed: string[] = [];
    for (const { name, bytes } of bundles) {
      if (total <= maxTotalBytes) break;
      await rm(join(this.folder, name), { recursive: true, force: true });
      total -= bytes;
      removed.push(name);
    }
    return removed;
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).filter((name) => bundleName.test(name)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
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

/** Passes everything on, and lets `look` see it. */
function observe(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _, next) {
      look(chunk);
      next(undefined, chunk);
    },
  });
}
