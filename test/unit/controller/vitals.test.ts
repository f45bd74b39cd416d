import { describe, expect, it } from '@jest/globals';
import { openDesk } from '../../../src/controller/front-desk.ts';
import { Vitals } from '../../../src/controller/vitals.ts';
import { parseStatus } from '../../../src/api/status.ts';
import type { Status } from '../../../src/core/model.ts';
import { percent } from '../../../src/shared/brand.ts';
import { aCanaryObject } from './objects.ts';

const PODINFO = { target: 'podinfo', namespace: 'test' };

function aStatus(change: Partial<Status>): Status {
  return { ...parseStatus(aCanaryObject()), ...change };
}

async function lines(vitals: Vitals, name: string): Promise<readonly string[]> {
  const text = await vitals.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('the metrics of the controller', () => {
  it.each([
    ['Progressing', 0],
    ['Succeeded', 1],
    ['Waiting', 1],
    ['Initializing', 1],
    ['Failed', 2],
  ] as const)('say of a Canary that is %s what the alert rules compare with', async (phase, value) => {
    const vitals = new Vitals();
    vitals.canary(PODINFO, aStatus({ phase }));
    expect(await lines(vitals, 'flagger_canary_status')).toEqual([
      `flagger_canary_status{name="podinfo",namespace="test"} ${value}`,
    ]);
  });

  it('say what share target and primary are meant to get', async () => {
    const vitals = new Vitals();
    vitals.canary(PODINFO, aStatus({ canaryWeight: percent(30) }));
    expect(await lines(vitals, 'flagger_canary_weight')).toEqual([
      'flagger_canary_weight{workload="podinfo",namespace="test"} 30',
      'flagger_canary_weight{workload="podinfo-primary",namespace="test"} 70',
    ]);
  });

  it('count how runs ended, under the labels of before', async () => {
    const vitals = new Vitals();
    vitals.ended(PODINFO, 'canary', 'completed');
    vitals.ended(PODINFO, 'blue-green', 'skipped');
    vitals.ended(PODINFO, 'canary', 'failed');
    expect(await lines(vitals, 'flagger_canary_successes_total')).toEqual([
      'flagger_canary_successes_total{name="podinfo",namespace="test",deployment_strategy="canary",analysis_status="completed"} 1',
      'flagger_canary_successes_total{name="podinfo",namespace="test",deployment_strategy="blue-green",analysis_status="skipped"} 1',
    ]);
    expect(await lines(vitals, 'flagger_canary_failures_total')).toHaveLength(1);
  });

  it('say how long passes over a Canary took', async () => {
    const vitals = new Vitals();
    vitals.passed('waiting', 0.25, PODINFO);
    vitals.passed('moved', 0.5, PODINFO);
    vitals.passed('gone', 9, undefined);
    const name = 'flagger_canary_duration_seconds';
    expect(await lines(vitals, `${name}_count`)).toEqual([
      `${name}_count{name="podinfo",namespace="test"} 2`,
    ]);
    expect(await lines(vitals, `${name}_sum`)).toEqual([`${name}_sum{name="podinfo",namespace="test"} 0.75`]);
  });

  it('no longer speak of a Canary that is gone', async () => {
    const vitals = new Vitals();
    vitals.canary(PODINFO, aStatus({}));
    vitals.measured(PODINFO, 'request-duration', 12);
    vitals.passed('waiting', 0.01, PODINFO);
    vitals.forget(PODINFO);
    const text = await vitals.registry.metrics();
    expect(text.split('\n').filter((line) => /^flagger_.*podinfo/.test(line))).toEqual([]);
  });
});

describe('the HTTP port of the controller', () => {
  it('says whether it is alive and ready, and why not', async () => {
    let missing: string | undefined = 'the caches are being filled';
    const vitals = new Vitals();
    const opened = await openDesk(
      {
        registry: vitals.registry,
        ailing: () => undefined,
        unready: () => missing,
        refresh: () => undefined,
      },
      0,
    );
    if (!opened.ok) throw new Error(opened.error);
    const desk = opened.value;
    const ask = async (path: string): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${desk.port}${path}`);
      return `${answer.status} ${(await answer.text()).trim()}`;
    };
    expect(await ask('/healthz')).toBe('200 OK');
    expect(await ask('/readyz')).toBe('503 the caches are being filled');
    missing = undefined;
    expect(await ask('/readyz')).toBe('200 OK');
    expect(await ask('/metrics')).toContain('# TYPE flagger_canary_status gauge');
    expect(await ask('/api')).toContain('404');
    await desk.close();
  });

  it('is said to be taken where it is', async () => {
    const { registry } = new Vitals();
    const desk = {
      registry,
      ailing: () => undefined,
      unready: () => undefined,
      refresh: () => undefined,
    };
    const first = await openDesk(desk, 0);
    if (!first.ok) throw new Error(first.error);
    const { port } = first.value;
    expect(await openDesk(desk, port)).toEqual({
      ok: false,
      error: `port ${port} cannot be opened: another process listens there; -port names another one`,
    });
    await first.value.close();
  });
});
