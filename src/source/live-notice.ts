import type { ControlRecord } from '../windows/index.ts';

/** What a live source says about itself: losses, gaps and interference belong in front of a person. */
export type LiveNotice = { readonly source: string } & (
  | Exclude<ControlRecord, { kind: 'bookmark' }>
  /** Nothing was captured between the agent's last run and this one. */
  | { readonly kind: 'blind'; readonly timestamp: string; readonly since: string }
  /** Sysmon's own error event, number 255. */
  | { readonly kind: 'sysmon-error'; readonly timestamp: string; readonly text: string }
  /** Which capture `auto` goes by from now on, and why. */
  | { readonly kind: 'chosen'; readonly timestamp: string; readonly capture: string; readonly reason: string }
  /** Events of a capture that nobody will read, since the last such notice. */
  | ({ readonly kind: 'unread'; readonly timestamp: string; readonly capture: string } & UnreadCounts)
);

export interface UnreadCounts {
  /** Of versions that this agent does not know, and does not guess at. */
  readonly unknownVersions: number;
  /** Damaged, or not to be had. */
  readonly failed: number;
  /** Sound, but there was no room for them. */
  readonly dropped: number;
}

/** One line for a log. Texts in it come from Windows and are not escaped. */
export function describeNotice(notice: LiveNotice): string {
  switch (notice.kind) {
    case 'session-stopped':
      return `the tracing session ${notice.session} was stopped by somebody else (${notice.cause}); starting it again`;
    case 'session-started':
      return notice.stoppedAt === undefined
        ? `the tracing session ${notice.session} runs`
        : `the tracing session ${notice.session} runs again; it was down since ${notice.stoppedAt}`;
    case 'loss':
      return `Windows lost ${notice.events} events and ${notice.buffers} buffers before they reached the agent`;
    case 'gap':
      return `${notice.records ?? 'an unknown number of'} records of ${notice.channel} were overwritten before they were read`;
    case 'source-error':
      return `the source failed and tries again: ${notice.cause}`;
    case 'blind':
      return `process starts between ${notice.since} and ${notice.timestamp} were not watched`;
    case 'sysmon-error':
      return `Sysmon reports an error: ${notice.text}`;
    case 'chosen':
      return `reading ${notice.capture}: ${notice.reason}`;
    case 'unread':
      return `events of ${notice.capture} were not read: ${notice.unknownVersions} of an unknown version, ${notice.failed} damaged, ${notice.dropped} for want of room`;
  }
}
