import { describe, expect, it } from 'vitest';
import { sharedData } from '../support/shared-data.ts';
import { measureTimeline } from '../support/timelines.ts';

const recordings = ['dfir-aptsim-win10', 'mstic-2019', 'mstic-2021', 'otrf-lsass-campaign'];

describe.each(recordings)('%s', (name) => {
  const found = sharedData(`data/timelines/${name}.ndjson.gz`);

  it.skipIf(found === undefined)(
    'tells every attack phase, and at most one benign incident a host and day',
    async () => {
      const figures = await measureTimeline(found!.replace(/\.ndjson\.gz$/, ''));
      expect(figures.missed).toEqual([]);
      expect(figures.phases).toBeGreaterThan(0);
      expect(figures.mostBenignPerHostAndDay).toBeLessThanOrEqual(1);
    },
  );
});
