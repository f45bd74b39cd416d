/** Log lines by pino, one JSON object each; or, for people at a terminal, one plain line each. */
import { pino, type DestinationStream } from 'pino';

import type { LogFields, Logger } from '../shared/logger.ts';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';
export type LogEncoding = 'json' | 'console';

/** Fields that hold secrets wherever they turn up, one level deep or two. A net below the rule, not the rule. */
const SECRET_FIELDS = [
  'token',
  'password',
  'authorization',
  'Authorization',
  'headers',
  'secret',
  'credentials',
];

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly encoding?: LogEncoding;
  /** Where lines go, instead of standard error. */
  readonly destination?: DestinationStream;
}

/** Lines carry `level`, `ts`, `msg` and the fields given; an error under `error` becomes its message. */
export function createLogger({ level, encoding = 'json', destination }: LoggerOptions): Logger {
  const lines = destination ?? pino.destination({ fd: 2, sync: true });
  const root = pino(
    {
      level: level === 'warning' ? 'warn' : level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label === 'warn' ? 'warning' : label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    encoding === 'console' ? consoleLines(lines) : lines,
  );
  return {
    debug: (fields, message) => root.debug(plain(fields), message),
    info: (fields, message) => root.info(plain(fields), message),
    warn: (fields, message) => root.warn(plain(fields), message),
    error: (fields, message) => root.error(plain(fields), message),
  };
}

/** Errors of libraries carry requests; only what they say and where they were thrown is logged. */
function plain(fields: LogFields): LogFields {
  const error = fields['error'];
  if (!(error instanceof Error)) return fields;
  return { ...fields, error: error.message, ...(error.stack !== undefined && { stack: error.stack }) };
}

/** `time  LEVEL  message  {"field":…}`, with tabs, as zap's console encoding has it. */
function consoleLines(lines: DestinationStream): DestinationStream {
  return {
    write(line) {
      // pino's own line, so an object with these members.
      const { ts, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const fields = Object.keys(rest).length === 0 ? '' : `\t${JSON.stringify(rest)}`;
      lines.write(`${String(ts)}\t${String(level).toUpperCase()}\t${String(msg)}${fields}\n`);
    },
  };
}
