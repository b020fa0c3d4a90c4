import { hash } from 'node:crypto';
import type { WinEvent } from './win-event.ts';

/** Hexadecimal digits of a derived `event.id`: 80 bits. */
const idDigits = 20;

/**
 * `event.id` of an event-log record. The same record has the same id whether it was read from an EVTX
 * file, from JSON made of one, or live: of the time only whole milliseconds count, since exporters cut
 * it to different resolutions, and of the command line not the blanks around it, which evtx_dump drops.
 */
export function deriveRecordId(
  event: WinEvent,
  pid: number | undefined,
  commandLine: string | undefined,
): string {
  const key = [
    event.providerName,
    event.channel,
    event.computer,
    event.recordId,
    Math.floor(event.timeCreatedMs),
    pid ?? '',
    commandLine?.trim() ?? '',
  ].join('\0');
  return hash('sha256', key, 'hex').slice(0, idDigits);
}

/** `event.id` of a JSON document that has none: of its text and line number, not of the file's path. */
export function deriveDocumentId(text: string, line: number): string {
  return hash('sha256', `${line}\0${text}`, 'hex').slice(0, idDigits);
}
