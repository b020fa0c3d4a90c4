import { eventId, logLevel, logTextUnits } from './abi.ts';
import { newCause, toWide } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

/** What the agent writes to the Application log, by the names of the library's message table. */
export type LogEvent = keyof typeof eventId;
export type LogLevel = keyof typeof logLevel;

const cutMark = ' … (cut)';

/** Writes to the Windows event log under the agent's source name. */
export class EventLog {
  readonly #library: NativeLibrary;
  readonly #handle: bigint;

  private constructor(library: NativeLibrary, handle: bigint) {
    this.#library = library;
    this.#handle = handle;
  }

  static open(library: NativeLibrary, sourceName: string): EventLog {
    const name = toWide(sourceName);
    const handle = Buffer.alloc(8);
    const cause = newCause();
    const result = library.call.pc_log_open(name.bytes, name.units, handle, cause);
    library.check(result, cause, `the event log source ${sourceName} could not be opened`);
    return new EventLog(library, handle.readBigUInt64LE());
  }

  /** A text that is longer than Windows takes is cut, and says so at its end. */
  write(level: LogLevel, event: LogEvent, text: string): void {
    const wide = toWide(fitText(text));
    const cause = newCause();
    const result = this.#library.call.pc_log_write(
      this.#handle,
      logLevel[level],
      eventId[event],
      wide.bytes,
      wide.units,
      cause,
    );
    this.#library.check(result, cause, 'the event log could not be written');
  }

  close(): void {
    this.#library.call.pc_close(this.#handle);
  }
}

export function fitText(text: string): string {
  // A NUL would end the text for every reader of the log. Viewers put another text in the place of %1 and %%1832, by
  // the documentation of ReportEvent without any way to escape it: a blank keeps what others wrote as it is.
  const clean = text.replaceAll('\0', '\u2400').replaceAll(/%(?=%?\d)/g, '% ');
  return clean.length <= logTextUnits ? clean : clean.slice(0, logTextUnits - cutMark.length) + cutMark;
}
