/** Lines of JSON on standard output. */
import type { LogFields, Logger } from '../shared/logger.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

export function jsonLogger(least: Level): Logger {
  const write =
    (level: Level) =>
    (fields: LogFields, message: string): void => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
      const line = { level, ts: new Date().toISOString(), msg: message, ...fields };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
