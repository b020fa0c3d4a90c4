import type { Process, ProcessEvent } from '../../event/index.ts';
import { memoize } from '../../text/index.ts';
import { Line, LineCache } from './line.ts';
import { describeName, type NameShape } from './name-shape.ts';
import { classifyPath } from './path-class.ts';
import { canonicalName } from './programs.ts';

const shapeOf = memoize(describeName, 4096);
const folderOf = memoize(classifyPath, 4096);
const baseNameOf = memoize(
  (path: string) => path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1),
  4096,
);
const originalNameOf = memoize(canonicalName, 2048);
const emptyShape = describeName('');

// One of each for all who read events: each read is used up before the next begins, and explaining reads what was scored.
const childLines = new LineCache();
const parentLines = new LineCache();

/** A process of an event, child or parent, as the features read it. */
export interface Reading {
  baseName: string;
  shape: NameShape;
  /** The name that counts: the original file name of a renamed system program, else the name. */
  program: string;
  programClass: number;
  /** Index of its folder's class, -1 where the path is not known. */
  folder: number;
  hasPath: boolean;
  hasName: boolean;
  hasOriginalName: boolean;
  /** Its original name is that of another program that attackers rename. */
  renamed: boolean;
  /** It wears a system program's name outside the system's folders. */
  misplaced: boolean;
  /** Belongs to the cache: read it before the next event. */
  line: Line;
}

export function createReading(): Reading {
  return {
    baseName: '',
    shape: emptyShape,
    program: '',
    programClass: -1,
    folder: -1,
    hasPath: false,
    hasName: false,
    hasOriginalName: false,
    renamed: false,
    misplaced: false,
    line: new Line(),
  };
}

export function readChild(event: ProcessEvent, into: Reading): void {
  const { process } = event;
  readProcess(process.name, process.executable, process.originalFileName, into);
  into.line = childLines.read(into.program, childLineOf(process), process.executable);
}

/** The command line, or what a source that splits it tells of it. */
export function childLineOf({ commandLine, args }: Process): string | undefined {
  return commandLine ?? args?.join(' ');
}

export function readParent(event: ProcessEvent, into: Reading): void {
  const { parent } = event.process;
  readProcess(parent.name, parent.executable, undefined, into);
  into.line = parentLines.read(into.program, parent.commandLine, parent.executable);
}

function readProcess(
  name: string | undefined,
  executable: string | undefined,
  originalName: string | undefined,
  into: Reading,
): void {
  const baseName = name ?? (executable === undefined ? '' : baseNameOf(executable));
  const shape = shapeOf(baseName);
  into.baseName = baseName;
  into.shape = shape;
  into.hasName = baseName !== '';
  into.hasPath = executable !== undefined && executable.length > baseName.length;
  into.folder = into.hasPath ? folderOf(executable!) : -1;
  into.hasOriginalName = originalName !== undefined;
  const original = originalName === undefined ? undefined : originalNameOf(originalName);
  const originalShape = original === undefined || original === shape.name ? undefined : shapeOf(original);
  into.renamed =
    originalShape !== undefined &&
    originalShape.programClass >= 0 &&
    originalShape.programClass !== shape.programClass;
  into.program = into.renamed ? original! : shape.name;
  into.programClass = into.renamed ? originalShape!.programClass : shape.programClass;
  // Folders 0 to 3 are the system's own; -1 says nothing.
  into.misplaced = shape.isSystemName && into.folder > 3;
}
