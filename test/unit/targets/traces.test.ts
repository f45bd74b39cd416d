/** What objects tell of the time before a take-over. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { instant } from '../../../src/shared/brand.ts';
import { tracesOf } from '../../../src/targets/traces.ts';
import { checksum, standInFor } from '../../../src/targets/tracked-config.ts';
import { configs, lookAt, target } from '../../support/deployments.ts';

const [EARLY, MIDDLE, LATE] = [
  '2026-01-01T00:00:10Z',
  '2026-01-01T00:00:20Z',
  '2026-01-01T00:00:30Z',
] as const;

function by(manager: string, time: string, owned: object): object {
  return { manager, operation: 'Update', time, fieldsV1: { 'f:spec': owned } };
}

function withHistory(
  name: string,
  rolled: string | undefined,
  ...managedFields: readonly object[]
): KubeObject {
  const conditions = [
    { type: 'Available', lastUpdateTime: EARLY },
    ...(rolled === undefined ? [] : [{ type: 'Progressing', lastUpdateTime: rolled }]),
  ];
  return { ...target, metadata: { ...target.metadata, name, managedFields }, status: { conditions } };
}

const TEMPLATE = { 'f:template': { 'f:spec': {} } };
const REPLICAS = { 'f:replicas': {} };

describe('the time of a push', () => {
  it.each([
    {
      what: 'is when one of its owners last wrote the template',
      history: withHistory(
        'podinfo',
        LATE,
        by('kubectl', EARLY, TEMPLATE),
        by('kubectl-set', MIDDLE, TEMPLATE),
      ),
      then: MIDDLE,
    },
    {
      what: 'is not when something else was written',
      history: withHistory('podinfo', LATE, by('kubectl', EARLY, TEMPLATE), by('flagger', LATE, REPLICAS)),
      then: EARLY,
    },
    {
      what: 'is not when an owner of the template wrote something else, which rolls nothing out',
      history: withHistory('podinfo', EARLY, by('argocd', LATE, { ...TEMPLATE, ...REPLICAS })),
      then: EARLY,
    },
    {
      what: 'is what is left to know where no rollout is told of',
      history: withHistory('podinfo', undefined, by('kubectl', MIDDLE, TEMPLATE)),
      then: MIDDLE,
    },
    { what: 'is unknown where nobody kept it', history: withHistory('podinfo', LATE), then: undefined },
  ])('$what', ({ history, then }) => {
    const { pushedAt } = tracesOf(lookAt([target, ...configs]), [history]);

    expect(pushedAt).toBe(then && instant(Date.parse(then)));
  });
});

it('knows when the primary was written', () => {
  const primary = withHistory('podinfo-primary', EARLY, by('flagger', LATE, TEMPLATE));

  expect(tracesOf(lookAt([target]), [target, primary]).copiedAt).toBe(instant(Date.parse(LATE)));
});

describe('configuration', () => {
  const known = (name: string, sum: string) => {
    const look = lookAt([target, ...configs]);
    const object = { ...look.canary.object, status: { trackedConfigs: { [name]: sum } } };
    return tracesOf({ ...look, canary: { ...look.canary, object } }, [target]).configChanged;
  };
  const config = configs.find(({ metadata }) => metadata.name === 'env-config');
  if (config === undefined) throw new Error('the test has no such configuration');

  it('is as Flagger last saw it, or has changed', () => {
    expect(known('configmap/env-config', checksum(config))).toBe(false);
    expect(known('configmap/env-config', '0123456789abcdef')).toBe(true);
  });

  it('says nothing where Flagger has not tracked it, or another has written', () => {
    expect(known('configmap/elsewhere', '0123456789abcdef')).toBe(false);
    expect(known('configmap/env-config', '1-0123456789abcdef')).toBe(false);
  });

  it('has the checksum Flagger writes', () => {
    const recorded = { ...config, data: { color: 'blue', greeting: 'hello' } };

    expect(checksum(recorded)).toBe('28b2d2496b6f7ab9');
    expect(checksum(standInFor(recorded))).toBe('28b2d2496b6f7ab9');
  });

  it('is spelled as an encoder written in Go spells it', () => {
    const page = { ...config, data: { page: '<a href="?b&c">' } };

    expect(checksum(page)).toBe('328f4152e89f0f83');
  });
});
