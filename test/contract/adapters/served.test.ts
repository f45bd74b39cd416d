import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServed, type Served } from '../../../src/adapters/kubernetes/served.ts';
import { at } from '../../../src/api/tree.ts';
import { never, startCluster, unwrap, type TestCluster } from './cluster.ts';

const CANARY = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary' };

let cluster: TestCluster;
let served: Served;

beforeAll(async () => {
  cluster = await startCluster({ version: { major: '1', minor: '27+', gitVersion: 'v1.27.3-gke.100' } });
  served = createServed(cluster.transport);
});
afterAll(() => cluster.stop());

describe('what an API server says about itself', () => {
  it('is its version, a plus sign of the distribution left out', async () => {
    expect(unwrap(await served.version({ signal: never }))).toEqual({
      major: 1,
      minor: 27,
      gitVersion: 'v1.27.3-gke.100',
    });
  });

  it('is the schema of a kind, as soon as there is one', async () => {
    expect(unwrap(await served.schema(CANARY, { signal: never }))).toBeUndefined();
    const text = readFileSync(new URL('../../../crds/canary.yaml', import.meta.url), 'utf8');
    cluster.sandbox.applyYaml(text);
    const schema = unwrap(await served.schema(CANARY, { signal: never }));

    expect(at(schema, 'properties', 'status', 'properties', 'serin', 'type')).toBe('object');
    expect(
      unwrap(await served.schema({ ...CANARY, kind: 'AlertProvider' }, { signal: never })),
    ).toBeUndefined();
  });

  it('is nothing, and a reason, where it does not answer', async () => {
    const gone = await startCluster();
    await gone.sandbox.stop();
    const silent = createServed(gone.transport);

    expect(await silent.version({ signal: never })).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    });
  });
});
