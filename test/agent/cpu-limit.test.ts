import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpuLimit } from '../../src/agent/cpu-limit.ts';

/** A process whose work and rest a test sets. */
function createMeter() {
  let now = 0;
  let used = 0;
  return {
    nowMs: () => now,
    usedMs: () => used,
    work(ms: number) {
      now += ms;
      used += ms;
    },
    rest(ms: number) {
      now += ms;
    },
  };
}

describe('the processor limit', () => {
  it('asks for no rest without a limit', () => {
    const meter = createMeter();
    const cpu = new CpuLimit(null, meter);
    meter.work(10_000);
    expect(cpu.restMs()).toBe(0);
  });

  it('keeps endless work at its share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 100 }), fc.integer({ min: 1, max: 300 }), (percent, batchMs) => {
        const meter = createMeter();
        const cpu = new CpuLimit(percent, meter);
        for (let batch = 0; batch < 300; batch++) {
          meter.work(batchMs);
          for (let restMs = cpu.restMs(); restMs > 0; restMs = cpu.restMs()) {
            expect(restMs).toBeLessThanOrEqual(500);
            meter.rest(restMs);
          }
        }
        expect((100 * meter.usedMs()) / meter.nowMs()).toBeLessThanOrEqual(percent + 0.01);
      }),
    );
  });

  it('does not let a quiet hour be spent in one burst', () => {
    const meter = createMeter();
    const cpu = new CpuLimit(50, meter);
    meter.rest(3_600_000);
    expect(cpu.restMs()).toBe(0);
    meter.work(3_000);
    expect(cpu.restMs()).toBeGreaterThan(0);
  });

  it('takes another limit at once', () => {
    const meter = createMeter();
    const cpu = new CpuLimit(10, meter);
    meter.work(1_000);
    expect(cpu.restMs()).toBe(500);
    cpu.percent = null;
    expect(cpu.restMs()).toBe(0);
  });
});
