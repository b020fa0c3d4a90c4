import { AutoSource, chooseCapture } from './auto.ts';
import { EtwSource } from './etw.ts';
import { EventLogSource } from './eventlog.ts';
import type { LiveOptions, LiveSource } from './live-source.ts';
import { MergedSource } from './merged.ts';

/** `both` is ETW and Sysmon at once, each start once. */
export const liveSourceKinds = ['auto', 'etw', 'eventlog', 'both'] as const;
export type LiveSourceKind = (typeof liveSourceKinds)[number];

/** Whether an input is captured by the native library, and no file. */
export function isLiveSourceKind(input: string): input is LiveSourceKind {
  return (liveSourceKinds as readonly string[]).includes(input);
}

/** Nothing is captured before the source's batches are read. @throws AgentError PC_NATIVE_… */
export function openLiveSource(kind: LiveSourceKind, options: LiveOptions): LiveSource {
  switch (kind) {
    case 'etw':
      return new EtwSource(options);
    case 'eventlog':
      return new EventLogSource(options);
    case 'both':
      return new MergedSource(new EtwSource(options), openSysmon(options));
    case 'auto':
      return new AutoSource({
        open: (capture) => (capture === 'etw' ? new EtwSource(options) : openSysmon(options)),
        choose: () => chooseCapture(options.library),
        onNotice: options.onNotice,
        clock: options.clock,
      });
  }
}

function openSysmon(options: LiveOptions): LiveSource {
  return new EventLogSource({ ...options, channel: 'sysmon' });
}
