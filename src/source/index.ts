export {
  type EventSource,
  hasMoreAfter,
  noBookmark,
  type ReadOptions,
  type Rejection,
  type SourceBatch,
} from './event-source.ts';
export { type FileSource, type FileSourceOptions, openFileSource, type Resumption } from './file-source.ts';
export { type FollowOptions, followNdjson } from './follow-source.ts';
export { isTargetThere } from './follow-target.ts';
export type { Format } from './input-kind.ts';
export { describeNotice, type LiveNotice, type UnreadCounts } from './live-notice.ts';
export type { ChannelName, LiveOptions, LiveSource, LiveStats } from './live-source.ts';
export {
  isLiveSourceKind,
  type LiveSourceKind,
  liveSourceKinds,
  openLiveSource,
} from './open-live-source.ts';
