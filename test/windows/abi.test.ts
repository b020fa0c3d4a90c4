import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as abi from '../../src/windows/abi.ts';
import { problemchildFunctions } from '../../src/windows/functions.ts';

const header = readFileSync(
  join(import.meta.dirname, '../../native/include/problemchild.h'),
  'utf8',
).replaceAll(/\/\*[\s\S]*?\*\//g, '');

function constantsOf(prefix: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name, value] of header.matchAll(/\b(PC_[A-Z0-9_]+)\s*=\s*(0x[0-9a-f]+|\d+)/gi)) {
    if (name!.startsWith(prefix)) found.set(name!.slice(prefix.length), Number(value));
  }
  for (const [, name, value] of header.matchAll(/#define\s+(PC_[A-Z0-9_]+)\s+(0x[0-9a-f]+|\d+)u?/gi)) {
    if (name!.startsWith(prefix)) found.set(name!.slice(prefix.length), Number(value));
  }
  return found;
}

describe('numbers are the header’s', () => {
  test.each([
    ['PC_', abi.code],
    ['PC_CAUSE_', abi.causeKind],
    ['PC_RECORD_', abi.recordKind],
    ['PC_TYPE_', abi.fieldType],
    ['PC_', abi.provenance],
    ['PC_FIELD_', abi.field],
    ['PC_SIGNATURE_', abi.signature],
    ['PC_ETW_', abi.etwFlag],
    ['PC_KNOW_', abi.know],
    ['PC_IS_', abi.is],
    ['PC_OUTCOME_', abi.outcome],
    ['PC_PATH_', abi.pathProblem],
    ['PC_SERVICE_', abi.serviceSetting],
    ['PC_LAYER_', abi.layer],
    ['PC_FILTER_', abi.filterAction],
    ['PC_MATCH_', abi.match],
    ['PC_CALLER_', abi.callerIs],
    ['PC_TRACE_', abi.traceSessionIs],
    ['PC_CUT_', abi.cut],
    ['PC_EVENT_', abi.eventId],
    ['PC_LEVEL_', abi.logLevel],
  ] as const)('%s %o', (prefix, numbers) => {
    const declared = constantsOf(prefix);
    for (const [name, value] of Object.entries(numbers)) {
      expect([name, declared.get(name)]).toEqual([name, value]);
    }
  });

  test.each([
    ['PC_ABI_MAJOR', abi.abiMajor],
    ['PC_BUILD_TEST_SEAM', abi.buildTestSeam],
    ['PC_READ_MIN_BYTES', abi.readMinBytes],
    ['PC_PIPE_WRITE_BYTES', abi.pipeWriteBytes],
    ['PC_PIPE_CLIENTS', abi.pipeClients],
    ['PC_LOG_TEXT_UNITS', abi.logTextUnits],
    ['PC_EVENTLOG_OLDEST', abi.eventLogOldest],
    ['PC_ASK_SIGNATURE', abi.askSignature],
    ['PC_JUST_ACT', abi.justAct],
    ['PC_FILTER_LIMIT', abi.filterLimit],
    ['PC_ISOLATE_PERSISTENT', abi.isolatePersistent],
  ] as const)('%s', (name, value) => {
    expect(constantsOf(name).get('')).toBe(value);
  });

  test('every code of the header has a name here', () => {
    const here = new Set<number>(Object.values(abi.code));
    for (const [name, value] of constantsOf('PC_E_')) expect([name, here.has(value)]).toEqual([name, true]);
  });
});

describe('functions are the header’s', () => {
  const prototypes = new Map(
    [...header.matchAll(/PC_API\s+([\w\s*]+?)\s*\b(pc_\w+)\(([^)]*)\)/g)].map(([, result, name, list]) => [
      name!,
      {
        result: typeOf(`${result} r`),
        parameters: list!.trim() === 'void' ? [] : list!.split(',').map((parameter) => typeOf(parameter)),
      },
    ]),
  );

  test.each(Object.entries(problemchildFunctions))('%s', (name, signature) => {
    expect({ ...signature }).toEqual(prototypes.get(name));
  });

  function typeOf(declaration: string): string {
    if (declaration.includes('*')) return 'address';
    if (/\buint32_t\b/.test(declaration)) return 'u32';
    if (/\bint32_t\b/.test(declaration)) return 'i32';
    if (/\b(uint64_t|pc_handle)\b/.test(declaration)) return 'u64';
    throw new Error(`what is ${declaration}?`);
  }
});

describe('struct sizes follow from the header’s members', () => {
  const sizes: Record<string, number> = {
    cause: sizeOf('pc_cause'),
    etwOptions: sizeOf('pc_etw_options'),
    eventLogOptions: sizeOf('pc_eventlog_options'),
    channelFacts: sizeOf('pc_channel_facts'),
    eventLogQuery: sizeOf('pc_eventlog_query_t'),
    traceSession: sizeOf('pc_trace_session'),
    counters: sizeOf('pc_counters_t'),
    processFacts: sizeOf('pc_process_facts'),
    processRequest: sizeOf('pc_process_request'),
    processResult: sizeOf('pc_process_result'),
    treeMember: sizeOf('pc_tree_member'),
    pathReport: sizeOf('pc_path_report'),
    pipeCaller: sizeOf('pc_pipe_caller_t'),
    serviceEvent: sizeOf('pc_service_event'),
    serviceOptions: sizeOf('pc_service_options'),
    filter: sizeOf('pc_filter'),
    isolationState: sizeOf('pc_isolation_state'),
  };
  test('all', () => expect(abi.structBytes).toEqual(sizes));

  function sizeOf(struct: string): number {
    const body = new RegExp(`typedef struct ${struct} \\{([^}]*)\\}`).exec(header)?.[1];
    if (body === undefined) throw new Error(`no ${struct} in the header`);
    const bytes: Record<string, number> = {
      char: 1,
      uint8_t: 1,
      uint16_t: 2,
      uint32_t: 4,
      int32_t: 4,
      uint64_t: 8,
    };
    let size = 0;
    for (const [, type, , dimensions] of body.matchAll(/(\w+)\s+(\w+)((?:\[\w+\])*)\s*;/g)) {
      const one = type === 'pc_process_facts' ? sizeOf(type) : bytes[type!]!;
      const align = Math.min(one, 8);
      size = Math.ceil(size / align) * align;
      let count = 1;
      for (const [, n] of dimensions!.matchAll(/\[(\w+)\]/g)) count *= n === 'PC_FACT_COUNT' ? 10 : Number(n);
      size += one * count;
    }
    return Math.ceil(size / 8) * 8;
  }
});
