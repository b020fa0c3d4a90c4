/** An image by what the guard judges it by. */
export interface ImageFacts {
  /** Full path: `C:\…`, or `\\…` on a share or a volume without a letter. */
  readonly path: string | undefined;
  /** The signature holds and its chain ends with Microsoft; `undefined` when it was not or could not be checked. */
  readonly isMicrosoft: boolean | undefined;
}

/** Runs sessions and logons; ending one ends a session, or the machine. */
const sessionImages: ReadonlySet<string> = new Set([
  'csrss.exe',
  'dwm.exe',
  'fontdrvhost.exe',
  'logonui.exe',
  'lsaiso.exe',
  'lsass.exe',
  'lsm.exe',
  'services.exe',
  'sihost.exe',
  'smss.exe',
  'userinit.exe',
  'wininit.exe',
  'winlogon.exe',
]);

/**
 * Images that are spared for what they are. A name alone spares nobody: the path must lie in a system folder and
 * Microsoft's signature must hold. Where the signature is not known, name and path are enough, because not
 * knowing must never make an action possible.
 */
export class ProtectedSet {
  readonly #images: ReadonlySet<string>;
  readonly #folders: readonly SystemFolder[];

  /** @param folders full paths; `*:` stands for any drive, `\*` at the end for all folders below */
  constructor(images: readonly string[], folders: readonly string[]) {
    this.#images = new Set(images.map((name) => name.toLowerCase()));
    this.#folders = folders.map(parseFolder);
  }

  /** Whether the signature of the image at this path makes a difference here. */
  asksForSignature(path: string | undefined): boolean {
    const image = { path, isMicrosoft: undefined };
    return this.isSession(image) !== false || this.isProtected(image) !== false;
  }

  isSession(image: ImageFacts): boolean | undefined {
    return isGenuine(image, sessionImages, sessionFolders);
  }

  isProtected(image: ImageFacts): boolean | undefined {
    return isGenuine(image, this.#images, this.#folders);
  }
}

/** Not configurable: no setting may make winlogon a target. */
const sessionFolders = [parseFolder('*:\\Windows\\System32')];

function isGenuine(
  { path, isMicrosoft }: ImageFacts,
  names: ReadonlySet<string>,
  folders: readonly SystemFolder[],
): boolean | undefined {
  if (path === undefined) return undefined;
  const normal = normalizePath(path);
  // What no path leads to could be anything.
  if (normal === undefined) return undefined;
  const end = normal.lastIndexOf('\\');
  if (!names.has(normal.slice(end + 1))) return false;
  // Not on a drive: whether this is a system folder nobody can tell.
  if (!isOnDrive.test(normal)) return undefined;
  const folder = normal.slice(0, end);
  if (!folders.some((each) => isFolder(folder, each))) return false;
  return isMicrosoft !== false;
}

function parseFolder(folder: string): SystemFolder {
  const isDeep = folder.endsWith('\\*');
  const path = (isDeep ? folder.slice(0, -1) : folder).toLowerCase().replace(/\\+$/, '');
  const isAnyDrive = path.startsWith('*:');
  return { path: isAnyDrive ? path.slice(1) : path, isAnyDrive, isDeep };
}

interface SystemFolder {
  /** From the colon on where any drive will do. */
  readonly path: string;
  readonly isAnyDrive: boolean;
  readonly isDeep: boolean;
}

function isFolder(folder: string, { path, isAnyDrive, isDeep }: SystemFolder): boolean {
  const local = isAnyDrive ? folder.slice(1) : folder;
  return local === path || (isDeep && local.startsWith(`${path}\\`));
}

const isOnDrive = /^[a-z]:\\/;

/**
 * `\\?\C:/Windows//system32/x.exe` → `c:\windows\system32\x.exe`, and `\\server\share\x.exe` →
 * `\server\share\x.exe`; `undefined` when it is no full path.
 */
function normalizePath(path: string): string | undefined {
  const rooted = path.toLowerCase().replaceAll('/', '\\');
  const text = rooted.replace(/^\\(?:\\\?|\?\?)\\(?=[a-z]:\\)/, '').replace(/\\{2,}/g, '\\');
  if (!isOnDrive.test(text) && !text.startsWith('\\')) return undefined;
  const parts: string[] = [];
  for (const part of text.split('\\')) {
    if (part === '.') continue;
    if (part === '..') {
      if (parts.length > 1) parts.pop();
    } else {
      // Windows drops dots and spaces at the end of a name.
      parts.push(part.replace(/[. ]+$/, ''));
    }
  }
  return parts.join('\\');
}
