import type { Clock } from '../event/index.ts';
import type { AgentFacts, OutboxEntry } from '../forward/index.ts';
import type { Log } from '../log/index.ts';
import { describeNotice, type LiveNotice, type LiveStats, type UnreadCounts } from '../source/index.ts';
import { type GatheredNotice, subjectOf, toSourceNoticeEntry } from './source-notice-entry.ts';

export interface SourceNoticeParts {
  readonly put: (entry: OutboxEntry) => void;
  readonly clock: Clock;
  readonly agent: AgentFacts;
  readonly log: Log;
}

/** The first of a kind is told at once; more of it within this time are told together at its end. */
const gatherMs = 5 * 60_000;

interface Gathering {
  readonly openedMs: number;
  held: GatheredNotice | undefined;
}

/**
 * What a live source says about itself, on its way to people: counted, and told as documents at a bounded
 * rate however often somebody stops a session.
 */
export class SourceNotices {
  readonly #parts: SourceNoticeParts;
  readonly #gatherings = new Map<string, Gathering>();
  readonly #counts = new Map<string, number>();
  readonly #lastUnread = new Map<string, UnreadCounts>();
  #told = 0;

  constructor(parts: SourceNoticeParts) {
    this.#parts = parts;
  }

  take(notice: LiveNotice): void {
    this.#count(notice);
    // Nothing was missed, and nobody interfered.
    if (notice.kind === 'session-started' && notice.stoppedAt === undefined) return;
    const key = `${notice.source}\n${notice.kind}\n${subjectOf(notice)}`;
    const gathering = this.#gatherings.get(key);
    const single = { notice, count: 1, first: notice.timestamp };
    if (gathering === undefined) {
      this.#gatherings.set(key, { openedMs: this.#parts.clock.nowMs(), held: undefined });
      this.#tell(single);
    } else {
      gathering.held = gathering.held === undefined ? single : gather(gathering.held, notice);
    }
  }

  /** Tells what has gathered for long enough, and what the captures could not read since the last time. */
  tick(stats: LiveStats | undefined): void {
    this.#compare(stats);
    const nowMs = this.#parts.clock.nowMs();
    for (const [key, { openedMs, held }] of this.#gatherings) {
      if (nowMs < openedMs + gatherMs && nowMs >= openedMs) continue;
      this.#gatherings.delete(key);
      if (held === undefined) continue;
      this.#gatherings.set(key, { openedMs: nowMs, held: undefined });
      this.#tell(held);
    }
  }

  /** Tells everything that is still held: the run ends. */
  flush(stats: LiveStats | undefined): void {
    this.#compare(stats);
    for (const { held } of this.#gatherings.values()) if (held !== undefined) this.#tell(held);
    this.#gatherings.clear();
  }

  /** `source_loss`, `source_lost_events`, …: how many notices of each kind, and their sizes. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #compare(stats: LiveStats | undefined): void {
    for (const [capture, counters] of Object.entries(stats?.captures ?? {})) {
      const { failedVersion, failed, dropped } = counters;
      const now = { unknownVersions: failedVersion, failed: failed - failedVersion, dropped };
      const last = this.#lastUnread.get(capture) ?? nothingUnread;
      this.#lastUnread.set(capture, now);
      const grown = {
        unknownVersions: now.unknownVersions - last.unknownVersions,
        failed: now.failed - last.failed,
        dropped: now.dropped - last.dropped,
      };
      if (grown.unknownVersions + grown.failed + grown.dropped === 0) continue;
      const timestamp = new Date(this.#parts.clock.nowMs()).toISOString();
      this.take({ source: capture, kind: 'unread', capture, timestamp, ...grown });
    }
  }

  #tell(gathered: GatheredNotice): void {
    const { put, agent, log } = this.#parts;
    const { notice, count } = gathered;
    log.warn('The source reports', {
      source: notice.source,
      kind: notice.kind,
      text: describeNotice(notice),
      count,
    });
    put(toSourceNoticeEntry(gathered, agent, ++this.#told));
  }

  #count(notice: LiveNotice): void {
    this.#add(notice.kind.replaceAll('-', '_'), 1);
    switch (notice.kind) {
      case 'loss':
        this.#add('lost_events', notice.events);
        this.#add('lost_buffers', notice.buffers);
        break;
      case 'gap':
        this.#add('gap_records', notice.records ?? 0);
        break;
      case 'unread':
        this.#add('unread_records', notice.unknownVersions + notice.failed + notice.dropped);
        break;
    }
  }

  #add(name: string, count: number): void {
    const key = `source_${name}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }
}

const nothingUnread: UnreadCounts = { unknownVersions: 0, failed: 0, dropped: 0 };

/** Sizes add up; a gap of unknown size makes the sum unknown. */
function gather({ notice: held, count, first }: GatheredNotice, notice: LiveNotice): GatheredNotice {
  return { notice: addSizes(held, notice), count: count + 1, first };
}

function addSizes(a: LiveNotice, b: LiveNotice): LiveNotice {
  if (a.kind === 'loss' && b.kind === 'loss') {
    return { ...b, events: a.events + b.events, buffers: a.buffers + b.buffers };
  }
  if (a.kind === 'gap' && b.kind === 'gap') {
    const isKnown = a.records !== undefined && b.records !== undefined;
    return { ...b, records: isKnown ? a.records + b.records : undefined };
  }
  if (a.kind === 'unread' && b.kind === 'unread') {
    return {
      ...b,
      unknownVersions: a.unknownVersions + b.unknownVersions,
      failed: a.failed + b.failed,
      dropped: a.dropped + b.dropped,
    };
  }
  return b;
}
