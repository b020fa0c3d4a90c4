import { once } from 'node:events';
import { Writable } from 'node:stream';
import winston from 'winston';
import type { Clock } from '../event/index.ts';
import { CappedFile } from './capped-file.ts';
import { type CleanFields, type CleanValue, cleanFields, cleanText } from './clean-fields.ts';
import { createRedactor } from './redact.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What a room may say. Messages are static text, so that they can be searched for; everything that varies
 * goes into fields, where it is escaped, bounded and cleared of secrets.
 */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A log that adds these fields to each line. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Receives JSON lines; `null` for none. */
  readonly file: string | null;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
}

export interface LogSurroundings {
  /** Receives plain lines; results never go here, and the log never goes to stdout. */
  readonly stderr: Writable;
  readonly clock: Clock;
}

/** The log's owner also ends it. */
export interface OpenLog extends Log {
  /** Of the lines to come. */
  setLevel(level: LogLevel): void;
  /** From now on this value is printed nowhere, whatever field it turns up in. */
  hide(secret: string): void;
  /** Resolves when every line has been handed over. */
  close(): Promise<void>;
}

const levels: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

interface Line extends winston.Logform.TransformableInfo {
  level: LogLevel;
  message: string;
  timestamp: string;
  fields: CleanFields;
}

/** Symbol under which winston keeps the formatted line. */
const formatted = Symbol.for('message');

function withText(line: winston.Logform.TransformableInfo, text: string): winston.Logform.TransformableInfo {
  line[formatted] = text;
  return line;
}

const jsonFormat = winston.format((info) => {
  const { timestamp, level, message, fields } = info as Line;
  return withText(info, JSON.stringify({ '@timestamp': timestamp, 'log.level': level, message, fields }));
});

function formatValue(value: CleanValue): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

const plainFormat = winston.format((info) => {
  const { timestamp, level, message, fields } = info as Line;
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${formatValue(value)}`);
  return withText(info, `${timestamp} ${level.padEnd(5)} ${message}${pairs.join('')}`);
});

/** The stream that hands winston's lines to a file, and says on the terminal when the disk refuses them. */
function createFileStream(file: CappedFile, report: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, next) {
      const lostBefore = file.lost;
      const isWritten = file.write(line);
      if (isWritten && lostBefore > 0) report(`the log file can be written again; lines lost: ${lostBefore}`);
      else if (!isWritten && lostBefore === 0)
        report('the log file cannot be written; lines go to stderr only');
      next();
    },
  });
}

/**
 * Opens the agent's log.
 *
 * @throws AgentError PC_LOG_UNWRITABLE when the log file cannot be opened
 */
export function createLog(options: LogOptions, surroundings: LogSurroundings): OpenLog {
  const { stderr, clock } = surroundings;
  const secrets = new Set<string>();
  let redact = createRedactor();
  let { level: least } = options;
  const timestamp = (): string => new Date(clock.nowMs()).toISOString();
  const transports: winston.transport[] = [
    new winston.transports.Stream({ stream: stderr, eol: '\n', format: plainFormat() }),
  ];
  let file: CappedFile | undefined;
  if (options.file !== null) {
    const { file: path, maxFileBytes: maxBytes, maxFiles } = options;
    const report = (text: string): void => {
      stderr.write(`${timestamp()} error ${text}\n`);
    };
    file = new CappedFile({ path, maxBytes, maxFiles });
    const stream = createFileStream(file, report);
    transports.push(new winston.transports.Stream({ stream, eol: '', format: jsonFormat() }));
  }
  const ignore = (): void => {
    // A terminal that went away must not stop the agent.
  };
  stderr.on('error', ignore);
  const logger = winston.createLogger({ levels: { ...levels }, level: options.level, transports });

  function write(level: LogLevel, message: string, own: LogFields, fields: LogFields): void {
    if (levels[level] > levels[least]) return;
    logger.log({
      level,
      message: cleanText(message, redact),
      timestamp: timestamp(),
      fields: cleanFields({ ...own, ...fields }, redact),
    });
  }
  function createChild(own: LogFields): Log {
    return {
      error: (message, fields = {}) => write('error', message, own, fields),
      warn: (message, fields = {}) => write('warn', message, own, fields),
      info: (message, fields = {}) => write('info', message, own, fields),
      debug: (message, fields = {}) => write('debug', message, own, fields),
      child: (fields) => createChild({ ...own, ...fields }),
    };
  }
  return {
    ...createChild({}),
    setLevel(level) {
      least = level;
      logger.level = level;
    },
    hide(secret) {
      secrets.add(secret);
      redact = createRedactor([...secrets]);
    },
    async close() {
      const finished = once(logger, 'finish');
      logger.end();
      await finished;
      file?.close();
      stderr.off('error', ignore);
    },
  };
}
