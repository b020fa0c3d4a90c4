import { AlertCounters } from '../alert/index.ts';
import type { ErrorCode } from '../errors/index.ts';
import type { SourceBatch } from '../source/index.ts';

/**
 * What became of every record of a run. Reconciles:
 * records = scored + related + filtered + rejected.
 */
export class Tally {
  records = 0;
  /** Process starts. */
  processEvents = 0;
  /** Process starts that have a score. */
  scored = 0;
  /** Process ends, network and DNS events: kept as context, never scored. */
  related = 0;
  /** Sound records of no interest. */
  filtered = 0;
  bytesRead = 0;
  bytesSkipped = 0;
  /** Damaged places that cost no record. */
  warnings = 0;
  readonly rejectedByCode = new Map<ErrorCode, number>();
  /** What became of the alerts raised. */
  readonly alerts: AlertCounters;

  constructor(alerts: AlertCounters = new AlertCounters()) {
    this.alerts = alerts;
  }

  get rejected(): number {
    let sum = 0;
    for (const count of this.rejectedByCode.values()) sum += count;
    return sum;
  }

  countBatch(batch: SourceBatch): void {
    this.records += batch.recordsRead;
    this.filtered += batch.filtered;
    this.bytesRead += batch.bytesRead;
    this.bytesSkipped += batch.bytesSkipped;
    this.warnings += batch.warnings.length;
    for (const event of batch.events) {
      if (event.kind === 'start') this.processEvents++;
      else this.related++;
    }
    for (const { code } of batch.rejections) {
      this.rejectedByCode.set(code, (this.rejectedByCode.get(code) ?? 0) + 1);
    }
  }
}
