import { describe, expect, it } from 'vitest';
import { phaseOf } from '../../src/agent/heartbeat.ts';

const everyMs = 300_000;

describe('the phase of a heartbeat', () => {
  it('is the same for a host, however its name is written, and within the interval', () => {
    for (const name of ['WS-0417', '', 'ß-host', 'x'.repeat(255)]) {
      const phaseMs = phaseOf(name, everyMs);
      expect(phaseOf(name.toLowerCase(), everyMs)).toBe(phaseMs);
      expect(phaseMs).toBeGreaterThanOrEqual(0);
      expect(phaseMs).toBeLessThan(everyMs);
      expect(phaseOf(name, 10_000)).toBeLessThan(10_000);
    }
  });

  it('spreads 50,000 hosts: no second has more than twice its share', () => {
    const seconds = new Array<number>(300).fill(0);
    for (let host = 0; host < 50_000; host++) {
      const second = Math.floor(phaseOf(`WS-${String(host).padStart(5, '0')}`, everyMs) / 1_000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
    expect(Math.max(...seconds)).toBeLessThan(2 * (50_000 / 300));
    expect(Math.min(...seconds)).toBeGreaterThan(0);
  });
});
