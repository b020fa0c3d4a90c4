import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AgentError } from '../../src/errors/index.ts';
import type { WinEvent } from '../../src/event/index.ts';
import { type EvtxFinding, readEvtxChunks } from '../../src/source/evtx/index.ts';
import { sharedData } from '../support/shared-data.ts';
import { type ReadElement, readXml } from '../support/xml-reader.ts';

/**
 * Every log of the shared corpus against evtxexport (libevtx): the same records, and in each the same
 * elements, attributes and text.
 */

const corpus = sharedData('data/evtx');
const regression = sharedData('data/sigma/regression');
const reason =
  corpus === undefined
    ? 'no shared corpus'
    : hasEvtxexport()
      ? ''
      : 'evtxexport (libevtx-utils) is not installed';

/**
 * Logs that evtxexport gives up or we read further, decided by looking at the bytes. `records` is what
 * we must read; evtxexport's must be among them unless `refused`.
 */
const exceptions: Readonly<Record<string, { records: number; refused?: true; why: string }>> = {
  'evtx-parser-samples/2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx': {
    records: 1951,
    why: 'two chunks mix old and new pages; evtxexport ends each at the first torn record, we go on behind it',
  },
  'evtx-parser-samples/2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx':
    {
      records: 1795,
      why: 'two chunks mix old and new pages; evtxexport ends each at the first torn record, we go on behind it',
    },
  'evtx-parser-samples/E_ShadowCopy6_windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx':
    {
      records: 459,
      why: 'evtxexport refuses entity references in attributes and gives the file up',
    },
  'evtx-parser-samples/E_Windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx': {
    records: 340,
    why: 'evtxexport refuses entity references in attributes and gives the file up',
  },
  'evtx-parser-samples/MSExchange_Management_wec.evtx': {
    records: 1,
    refused: true,
    why: 'a forwarded event without template or dependency identifiers, which evtxexport refuses',
  },
  'evtx-parser-samples/issue_201.evtx': {
    records: 1,
    refused: true,
    why: 'a forwarded event without template or dependency identifiers, which evtxexport refuses',
  },
  'evtx-parser-samples/sample-with-zero-data-size-event.evtx': {
    records: 449,
    why: 'record 3 has size 0; evtxexport ends the chunk there, we find record 4 behind it',
  },
  'evtx-parser-samples/sample_with_a_bad_chunk_magic.evtx': {
    records: 298,
    why: 'zeroed pages; evtxexport ends the file at the first chunk without signature, we find those behind it',
  },
};

/** Logs with damage, and the codes it must be reported under. All others must be read without a finding. */
const damaged: Readonly<Record<string, readonly string[]>> = {
  'evtx-parser-samples/2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx': [
    'PC_SOURCE_EVTX_CHECKSUM',
    'PC_SOURCE_EVTX_RECORD',
    'PC_SOURCE_EVTX_TEMPLATE',
  ],
  'evtx-parser-samples/2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx':
    ['PC_SOURCE_EVTX_CHECKSUM', 'PC_SOURCE_EVTX_RECORD'],
  'evtx-parser-samples/2-vss_7-System.evtx': ['PC_SOURCE_EVTX_CHUNK'],
  'evtx-parser-samples/Microsoft-Windows-HelloForBusiness%4Operational.evtx': [
    'PC_SOURCE_EVTX_CHECKSUM',
    'PC_SOURCE_EVTX_RECORD',
  ],
  'evtx-parser-samples/Microsoft-Windows-LanguagePackSetup%4Operational.evtx': [
    'PC_SOURCE_EVTX_CHECKSUM',
    'PC_SOURCE_EVTX_RECORD',
  ],
  'evtx-parser-samples/sample-with-zero-data-size-event.evtx': [
    'PC_SOURCE_EVTX_CHECKSUM',
    'PC_SOURCE_EVTX_RECORD',
  ],
  'evtx-parser-samples/sample_with_a_bad_chunk_magic.evtx': [
    'PC_SOURCE_EVTX_CHECKSUM',
    'PC_SOURCE_EVTX_CHUNK',
    'PC_SOURCE_EVTX_RECORD',
  ],
  'evtx-parser-samples/security_bad_string_cache.evtx': ['PC_SOURCE_EVTX_CHECKSUM'],
};

interface ReadRecord {
  readonly event: WinEvent;
  readonly fromTree: WinEvent;
  readonly xml: string;
}

interface ReadLog {
  readonly records: ReadRecord[];
  readonly findings: EvtxFinding[];
  readonly refusals: AgentError[];
  readonly bytes: number;
}

async function readLog(path: string): Promise<ReadLog> {
  const log: ReadLog & { bytes: number } = { records: [], findings: [], refusals: [], bytes: 0 };
  for await (const chunk of readEvtxChunks(path)) {
    expect(chunk.fileOffset + chunk.size).toBeLessThanOrEqual(statSync(path).size);
    log.bytes += chunk.size;
    log.findings.push(...chunk.findings);
    for (const record of chunk.records()) {
      try {
        log.records.push({ event: record.event(), fromTree: record.eventFromTree(), xml: record.toXml() });
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        log.refusals.push(error);
      }
    }
  }
  return log;
}

describe.skipIf(reason !== '')(
  `logs of the shared corpus against evtxexport${reason && ` (${reason})`}`,
  () => {
    const files = corpus === undefined ? [] : listFiles(corpus, '.evtx');

    it.each(files)('%s', async (file) => {
      const path = join(corpus!, file);
      const log = await readLog(path);
      expect(log.bytes).toBe(statSync(path).size);
      for (const { event, fromTree } of log.records) {
        if (!isDeepStrictEqual(event, fromTree)) expect(event).toEqual(fromTree);
      }

      const codes = new Set([...log.findings, ...log.refusals].map(({ code }) => code));
      expect([...codes].sort()).toEqual(damaged[file] ?? []);

      const reference = exportXml(path);
      const exception = exceptions[file];
      expect(log.records.length).toBe(exception?.records ?? reference.length);
      if (exception?.refused === true) {
        expect(reference).toEqual([]);
        return;
      }
      const ours = groupById(log.records.map(({ xml }) => readXml(xml)[0]!));
      for (const expected of reference) {
        const actual = ours.get(recordIdOf(expected))?.shift();
        const described = actual && describeElement(actual, expected);
        const wanted = describeElement(expected, undefined);
        if (!isDeepStrictEqual(described, wanted)) expect(described, recordIdOf(expected)).toEqual(wanted);
      }
    });
  },
);

describe.skipIf(regression === undefined)('regression logs against the JSON beside them', () => {
  const files = regression === undefined ? [] : listFiles(regression, '.evtx');

  it.each(files)('%s', async (file) => {
    const log = await readLog(join(regression!, file));
    expect([...log.findings, ...log.refusals]).toEqual([]);
    const expected = readJsonSequence(join(regression!, file.replace(/\.evtx$/, '.json')));
    expect(log.records.length).toBe(expected.length);
    for (const [i, { Event: document }] of expected.entries()) {
      const { event } = log.records[i]!;
      expect(event.recordId).toBe(document.System.EventRecordID);
      expect(event.eventId).toBe(document.System.EventID);
      expect(event.computer).toBe(document.System.Computer);
      expect(event.channel).toBe(document.System.Channel);
      expect(event.providerName).toBe(document.System.Provider['#attributes'].Name);
      const expectedData = levelData(document.EventData, file);
      const data = levelData(event.data, file);
      expect(data).toEqual(expectedData);
    }
  });
});

/** One JSON spells the case of one parent command line otherwise than its log. */
const respelled = 'proc_creation_win_susp_right_to_left_override';

/** The JSON has no spaces at the end of text; evtxexport and we have them. */
function levelData(data: Readonly<Record<string, unknown>>, file: string): Record<string, string> {
  const level = (name: string, value: unknown): string => {
    const text = normalise(String(value)).trimEnd();
    return name === 'ParentCommandLine' && file.includes(respelled) ? text.toLowerCase() : text;
  };
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, level(name, value)]));
}

interface JsonEvent {
  readonly Event: {
    readonly System: {
      readonly Provider: { readonly '#attributes': { readonly Name: string } };
      readonly EventID: number;
      readonly EventRecordID: number;
      readonly Channel: string;
      readonly Computer: string;
    };
    readonly EventData: Readonly<Record<string, unknown>>;
  };
}

/** Documents one after the other, each beginning with `{` in the first column. */
function readJsonSequence(path: string): JsonEvent[] {
  return readFileSync(path, 'utf8')
    .split(/^(?=\{)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part) as JsonEvent);
}

function hasEvtxexport(): boolean {
  try {
    execFileSync('evtxexport', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function listFiles(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith(extension))
    .sort();
}

/** evtxexport ends with an error when it refuses a record; what it printed before counts. */
function exportXml(path: string): ReadElement[] {
  let xml: string;
  try {
    xml = execFileSync('evtxexport', ['-f', 'xml', path], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    xml = (error as { stdout: string }).stdout;
  }
  return readXml(xml).filter(({ name, children }) => name === 'Event' && children[0]?.name === 'System');
}

function recordIdOf(event: ReadElement): string {
  return event.children[0]!.children.find(({ name }) => name === 'EventRecordID')!.text;
}

function groupById(events: readonly ReadElement[]): Map<string, ReadElement[]> {
  const groups = new Map<string, ReadElement[]>();
  for (const event of events)
    groups.set(recordIdOf(event), [...(groups.get(recordIdOf(event)) ?? []), event]);
  return groups;
}

/** Where the two tools write the same value differently. */
function normalise(text: string): string {
  // evtxexport pads hexadecimal numbers, Windows does not.
  if (/^0x[0-9a-f]+$/i.test(text)) return `0x${BigInt(text).toString(16)}`;
  // evtxexport writes nine digits of a second, of which the last two are always zero.
  if (/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z$/.test(text)) return `${text.slice(0, -3)}Z`;
  // The JSON has GUIDs without braces.
  if (/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i.test(text)) return `{${text.toUpperCase()}}`;
  // evtxexport leaves out text that is nothing but a line's end.
  return text.trim() === '' ? '' : text;
}

/**
 * An element as plain data, `other` being what the other tool made of it. Four places where evtxexport
 * is wrong are levelled out, so that everything else must be equal:
 * - text that holds markup is printed without escapes, and so reads as elements;
 * - numbers that the template calls size_t are decimal, where Windows writes hexadecimal;
 * - negative 32-bit integers are read as sign and magnitude: -2147020577 (0x800710DF) comes out as -463071;
 * - text that is not Unicode comes out in part.
 * And RenderingInfo, what a collector rendered, is not printed at all.
 */
function describeElement(element: ReadElement, other: ReadElement | undefined): unknown {
  const children = element.children.filter(({ name }) => name !== 'RenderingInfo');
  const isMarkup = element.name === 'Data' && (children.length > 0 || element.text.includes('<'));
  return {
    name: element.name,
    attributes: Object.fromEntries(Object.entries(element.attributes).map(([k, v]) => [k, normalise(v)])),
    text: isMarkup
      ? 'markup'
      : !isUnicode(element.text)
        ? 'not Unicode'
        : levelNumber(normalise(element.text), other && normalise(other.text)),
    children: isMarkup
      ? []
      : children.map((child, i) => describeElement(child, other && (other.children[i] ?? child))),
  };
}

function isUnicode(text: string): boolean {
  return text.isWellFormed() && !text.includes('\ufffd');
}

function levelNumber(ours: string, theirs: string | undefined): string {
  if (theirs === undefined) return ours;
  if (ours.startsWith('0x') && /^\d+$/.test(theirs) && BigInt(ours) === BigInt(theirs)) return theirs;
  const isSignMagnitude = /^-\d+$/.test(ours) && Number(theirs) === -(Number(ours) & 0x7fff_ffff);
  return isSignMagnitude ? theirs : ours;
}
