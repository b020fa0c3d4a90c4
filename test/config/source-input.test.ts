import { expect, it } from 'vitest';
import { isSourceInput } from '../../src/config/index.ts';
import { liveSourceKinds } from '../../src/source/index.ts';

it.each([...liveSourceKinds, '-', './starts', 'starts.ndjson', 'logs\\starts', '/var/log/starts.json'])(
  '%s can be read as it happens',
  (input) => {
    expect(isSourceInput(input)).toBe(true);
  },
);

it.each(['ETW', 'etww', 'sysmon', 'eventlogs', '', './day.evtx', 'day.ndjson.gz', 'C:\\logs\\day.ZIP'])(
  '%s cannot',
  (input) => {
    expect(isSourceInput(input)).toBe(false);
  },
);
