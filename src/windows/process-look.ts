import type { EnvironmentLook, MappedImage, ModulesLook, ProcessLookPort } from '../response/index.ts';
import { code, field, nameOfCode, recordKind } from './abi.ts';
import { newCause, readCause } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';
import { type ProcessTarget, requestFor } from './process-control.ts';
import { RecordCursor } from './record-cursor.ts';

const environmentUnits = 1 << 16;
const modulesBytes = 1 << 18;

/**
 * Reads from the memory of running processes, 32-bit ones too. The library checks the identity on the handle that
 * it reads from. What is read is what the process shows: it can have changed it. Calls run off the main thread.
 */
export class ProcessLook implements ProcessLookPort {
  readonly #library: NativeLibrary;

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  async environment(target: ProcessTarget): Promise<EnvironmentLook> {
    const text = Buffer.alloc(environmentUnits * 2);
    const units = Buffer.alloc(4);
    const cut = Buffer.alloc(4);
    const cause = newCause();
    const answer = await this.#library.call.pc_process_environment.inBackground(
      requestFor(target),
      text,
      environmentUnits,
      units,
      cut,
      cause,
    );
    const read = text.toString('utf16le', 0, Math.min(units.readUInt32LE(), environmentUnits) * 2);
    return {
      ...explain(answer, cause),
      entries: read.split('\0').filter((entry) => entry !== ''),
      isCut: cut.readUInt32LE() !== 0,
    };
  }

  async modules(target: ProcessTarget): Promise<ModulesLook> {
    const buffer = Buffer.alloc(modulesBytes);
    const bytes = Buffer.alloc(4);
    const count = Buffer.alloc(4);
    const found = Buffer.alloc(4);
    const cause = newCause();
    const answer = await this.#library.call.pc_process_modules.inBackground(
      requestFor(target),
      buffer,
      modulesBytes,
      bytes,
      count,
      found,
      cause,
    );
    return {
      ...explain(answer, cause),
      modules: readModules(buffer.subarray(0, Math.min(bytes.readUInt32LE(), modulesBytes))),
      found: found.readUInt32LE(),
    };
  }
}

function explain(answer: number, cause: Buffer): Pick<ModulesLook, 'code' | 'cause'> {
  return { code: nameOfCode(answer), cause: answer === code.OK ? '' : readCause(cause) };
}

function readModules(bytes: Buffer): MappedImage[] {
  const modules: MappedImage[] = [];
  const cursor = new RecordCursor(bytes);
  while (cursor.nextRecord()) {
    if (cursor.kind === recordKind.MODULE) modules.push(readModule(cursor));
  }
  return modules;
}

function readModule(cursor: RecordCursor): MappedImage {
  let path: string | undefined;
  let ntPath: string | undefined;
  let base = '0x0';
  let bytes: number | undefined;
  while (cursor.nextField()) {
    switch (cursor.fieldId) {
      case field.IMAGE_PATH:
        path = cursor.text();
        break;
      case field.IMAGE_NT_PATH:
        ntPath = cursor.text();
        break;
      case field.MODULE_BASE:
        base = cursor.u64Hex();
        break;
      case field.MODULE_BYTES:
        bytes = cursor.u64();
        break;
    }
  }
  return { path, ntPath, base, bytes };
}
