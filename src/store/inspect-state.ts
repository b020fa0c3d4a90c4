import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AgentError, messageOf } from '../errors/index.ts';
import { migrations } from './migrations/index.ts';

/** What can be told of a state file without changing it. */
export interface StateFileFacts {
  readonly path: string;
  /** Of the file, and of its write-ahead log beside it. */
  readonly bytes: number;
  readonly logBytes: number;
  /** Schema version that the file has, and the newest that this agent knows. */
  readonly version: number;
  readonly knownVersion: number;
  /** What SQLite's integrity check found; empty for a sound file. */
  readonly damage: readonly string[];
  /** Rows by table, in the order of their names. */
  readonly tables: Readonly<Record<string, number>>;
  /** Longest that something has waited in the outbox, on the clock that runs while the agent does. */
  readonly oldestWaitMs: number | undefined;
}

/** More findings than this say no more than the first ones. */
const maxFindings = 20;

/**
 * Looks at a state file or a response journal: read-only, so that it is neither made nor migrated.
 * `undefined` when there is none.
 * @throws AgentError PC_STORE_OPEN when it cannot be read as a SQLite file
 */
export function inspectStateFile(path: string): StateFileFacts | undefined {
  if (!existsSync(path)) return undefined;
  let connection: Database.Database | undefined;
  try {
    connection = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
    const findings = connection.pragma(`integrity_check(${maxFindings})`) as {
      readonly integrity_check: string;
    }[];
    const damage = findings.map((each) => each.integrity_check).filter((text) => text !== 'ok');
    return {
      path,
      bytes: statSync(path).size,
      logBytes: existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0,
      version: connection.pragma('user_version', { simple: true }) as number,
      knownVersion: migrations.length,
      damage,
      tables: countRows(connection),
      oldestWaitMs: readOldestWait(connection),
    };
  } catch (cause) {
    const why = messageOf(cause);
    throw new AgentError('PC_STORE_OPEN', `${path}: ${why}`, { where: path, cause });
  } finally {
    connection?.close();
  }
}

function tableNames(connection: Database.Database): string[] {
  return connection
    .prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
}

function countRows(connection: Database.Database): Record<string, number> {
  return Object.fromEntries(
    tableNames(connection).map((name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      return [name, connection.prepare<[], number>(`SELECT count(*) FROM ${quoted}`).pluck().get() ?? 0];
    }),
  );
}

function readOldestWait(connection: Database.Database): number | undefined {
  const names = tableNames(connection);
  if (!names.includes('outbox') || !names.includes('outbox_totals')) return undefined;
  const sql = 'SELECT (SELECT clock_ms FROM outbox_totals) - min(queued_ms) FROM outbox';
  return connection.prepare<[], number | null>(sql).pluck().get() ?? undefined;
}
