import { describe, expect, it } from '@jest/globals';
import type { ApiError, KubeObject, ObjectReader, ObjectWriter, Written } from '../../../src/api/objects.ts';
import { ensureDefinitions } from '../../../src/controller/start-up.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { HandClock } from '../../support/clock.ts';

function aDefinition(memory: boolean): KubeObject {
  const status = memory ? { properties: { serin: { type: 'object' } } } : { properties: {} };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'canaries.flagger.app' },
    spec: {
      versions: [{ name: 'v1beta1', served: true, schema: { openAPIV3Schema: { properties: { status } } } }],
    },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  };
}

/** A cluster that has one definition, or refuses to say. */
class Cluster {
  found: Written;
  applied: KubeObject[] = [];
  refusal: ApiError | undefined;

  constructor(found: Written) {
    this.found = found;
  }

  start(install = true): Promise<Result<undefined, string>> {
    const unused = (): never => {
      throw new Error('not for definitions');
    };
    const objects: ObjectReader & ObjectWriter = {
      read: async () => this.found,
      apply: async (object) => {
        if (this.refusal !== undefined) return err(this.refusal);
        this.applied.push(object);
        return (this.found = ok(object));
      },
      create: unused,
      replace: unused,
      patch: unused,
      delete: unused,
    };
    const definitions = [aDefinition(true)];
    const options = { objects, definitions, install, clock: new HandClock(), log: silentLogger };
    return ensureDefinitions(options, { signal: new AbortController().signal });
  }
}

const ABSENT = err({ kind: 'not-found', detail: 'there is no such definition' } as const);

describe('the start of the controller', () => {
  it('changes nothing where the definitions know our fields', async () => {
    const cluster = new Cluster(ok(aDefinition(true)));
    expect(await cluster.start()).toEqual(ok());
    expect(cluster.applied).toEqual([]);
  });

  it.each([
    ['are missing', ABSENT],
    ['are those of Flagger', ok(aDefinition(false))],
  ])('applies our definitions where they %s', async (_, found) => {
    const cluster = new Cluster(found);
    expect(await cluster.start()).toEqual(ok());
    expect(cluster.applied).toHaveLength(1);
  });

  it('says what to run where it may not apply them', async () => {
    const cluster = new Cluster(ABSENT);
    cluster.refusal = { kind: 'forbidden', detail: 'customresourcedefinitions is forbidden' };
    expect(await cluster.start()).toEqual(
      err(
        'definition canaries.flagger.app does not exist: applying ours failed: customresourcedefinitions is forbidden; run: serin install --crds | kubectl apply --server-side -f -',
      ),
    );
  });

  it('says what to run where it was told not to apply them', async () => {
    const cluster = new Cluster(ok(aDefinition(false)));
    const refused = await cluster.start(false);
    expect(refused.ok ? '' : refused.error).toContain('-install-crds is false; run: serin install --crds');
    expect(cluster.applied).toEqual([]);
  });

  it('goes on where it may not look, since every commit is verified', async () => {
    const cluster = new Cluster(err({ kind: 'forbidden', detail: 'no' }));
    expect(await cluster.start()).toEqual(ok());
  });
});
