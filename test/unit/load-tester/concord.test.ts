/** How long a process of Concord is followed where the webhook does not say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

import { concord } from '../../../src/load-tester/tasks/concord.ts';
import type { Tools } from '../../../src/load-tester/tasks/task.ts';
import { after, instant, millis, type Instant } from '../../../src/shared/brand.ts';
import { ok } from '../../../src/shared/result.ts';

const folder = mkdtempSync(join(tmpdir(), 'load-tester-concord-'));
const apiKeyPath = join(folder, 'key');
writeFileSync(apiKeyPath, 'the-key');
afterAll(() => rmSync(folder, { recursive: true }));

/** A Concord whose processes never end, and a clock on which sleeping takes no time. */
function neverEnding(): Tools & { readonly slept: number[] } {
  const slept: number[] = [];
  let now: Instant = instant(0);
  return {
    slept,
    allowShell: true,
    heyInstalled: false,
    proxyFor: () => undefined,
    http: async ({ method }) => {
      const answer = method === 'POST' ? { ok: true, instanceId: 'x' } : { status: 'RUNNING' };
      return ok({ status: 200, body: JSON.stringify(answer), elapsed: millis(1) });
    },
    clock: {
      now: () => now,
      steady: () => now,
      sleep: async (span) => {
        slept.push(span);
        now = after(now, span);
      },
    },
  };
}

describe('a process of Concord', () => {
  it('is looked at every five seconds, and given up after thirty', async () => {
    const tools = neverEnding();
    const names = { org: 'shop', project: 'podinfo', repo: 'tests', entrypoint: 'smoke' };
    const metadata = { server: 'http://concord', endpoint: 'http://podinfo', apiKeyPath, ...names };
    const job = concord.plan(metadata, tools);
    if (!job.ok) throw new Error(job.error.body);

    const { failure } = await job.value.run(new AbortController());

    expect(failure).toBe('concord process x has not finished within 30 seconds: its status is RUNNING');
    expect(tools.slept).toEqual([5_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
  });
});
