import { describe, expect, it } from '@jest/globals';

import { createLogger, type LoggerOptions } from '../../../src/adapters/logger.ts';

function logger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
    ...options,
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a log line', () => {
  it('is one JSON object with level, time, message and fields', () => {
    const { log, last } = logger();

    log.warn({ canary: 'podinfo.test' }, 'halted');

    expect(last()).toEqual({
      level: 'warning',
      ts: expect.any(String),
      msg: 'halted',
      canary: 'podinfo.test',
    });
  });

  it('is left out below the level of the flag', () => {
    const { log, lines } = logger({ level: 'warning' });

    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');

    expect(lines).toHaveLength(2);
  });

  it('hides fields that are known to be secret', () => {
    const { log, lines } = logger();

    log.info({ token: 't0p', request: { headers: { a: 's3cret' }, password: 'pw' } }, 'called');

    expect(lines[0]).not.toMatch(/t0p|s3cret|"pw"/);
  });

  it('says of an error what it says, not what it carries', () => {
    const { log, last } = logger();

    log.error({ error: Object.assign(new Error('refused'), { config: { url: 'x' } }) }, 'failed');

    expect(last()).toMatchObject({ error: 'refused', stack: expect.any(String) });
    expect(JSON.stringify(last())).not.toContain('config');
  });

  it('is made for people by the console encoding', () => {
    const { log, lines } = logger({ encoding: 'console' });

    log.info({ canary: 'podinfo.test' }, 'synced');

    expect(lines[0]).toMatch(/^\S+\tINFO\tsynced\t\{"canary":"podinfo.test"\}\n$/);
  });
});
