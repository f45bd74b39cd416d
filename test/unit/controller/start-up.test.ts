import { describe, expect, it } from '@jest/globals';
import type { ApiError, KubeObject, ObjectReader, ObjectWriter, Written } from '../../../src/api/objects.ts';
import { awaitCluster, type ServerFacts } from '../../../src/controller/start-up.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { HandClock, settle } from '../../support/clock.ts';

const MEMORY = { status: { type: 'object', properties: { serin: { type: 'object' } } } };
const FLAGGERS = { status: { type: 'object', properties: {} } };

function aDefinition(properties: object = MEMORY): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'canaries.flagger.app' },
    spec: {
      group: 'flagger.app',
      names: { kind: 'Canary' },
      versions: [{ name: 'v1beta1', served: true, schema: { openAPIV3Schema: { properties } } }],
    },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  };
}

const ABSENT = err({ kind: 'not-found', detail: 'there is no such definition' } as const);
const REFUSAL: ApiError = { kind: 'forbidden', detail: 'customresourcedefinitions is forbidden' };
const FORBIDDEN = err(REFUSAL);
const REMEDY = 'run: serin install --crds | kubectl apply --server-side -f -';

/** A cluster that has one definition, or refuses to say. */
class Cluster {
  found: Written = ok(aDefinition());
  /** What is served, for those who may not see the definition. */
  schema: Result<unknown, ApiError> = ok(undefined);
  version: Awaited<ReturnType<ServerFacts['version']>> = ok({ major: 1, minor: 27, gitVersion: 'v1.27.0' });
  refusal: ApiError | undefined;
  install = true;
  readonly applied: KubeObject[] = [];
  readonly waits: string[] = [];
  readonly clock = new HandClock();
  readonly #stop = new AbortController();

  start(ours = aDefinition()): Promise<Result<undefined, string>> {
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
      list: unused,
      create: unused,
      replace: unused,
      patch: unused,
      delete: unused,
    };
    const server = { version: async () => this.version, schema: async () => this.schema };
    const { install, clock } = this;
    const onWait = (why: string): unknown => this.waits.push(why);
    const options = { objects, server, definitions: [ours], install, clock, log: silentLogger, onWait };
    return awaitCluster(options, { signal: this.#stop.signal });
  }

  /** What it waits for, found out by letting it wait. */
  async waitsFor(ours = aDefinition()): Promise<string> {
    const started = this.start(ours).catch(() => undefined);
    await settle();
    this.#stop.abort(new Error('seen enough'));
    await started;
    return this.waits.join();
  }
}

function aCluster(traits: Partial<Cluster>): Cluster {
  return Object.assign(new Cluster(), traits);
}

describe('the start of the controller', () => {
  it('changes nothing where the definitions know our fields', async () => {
    const cluster = new Cluster();
    expect(await cluster.start()).toEqual(ok());
    expect(cluster.applied).toEqual([]);
  });

  it.each([
    ['are missing', ABSENT],
    ['are those of Flagger', ok(aDefinition(FLAGGERS))],
    ['are ours of an earlier day', ok(aDefinition({ ...MEMORY, spec: { type: 'object' } }))],
  ])('applies our definitions where they %s', async (_, found) => {
    const cluster = aCluster({ found });
    const spec = { type: 'object', properties: { newer: { type: 'string' } } };
    expect(await cluster.start(aDefinition({ ...MEMORY, spec }))).toEqual(ok());
    expect(cluster.applied).toHaveLength(1);
  });

  it('leaves newer definitions than ours alone', async () => {
    const spec = { type: 'object', properties: { newer: { type: 'string' } } };
    const cluster = aCluster({ found: ok(aDefinition({ ...MEMORY, spec })) });
    expect(await cluster.start()).toEqual(ok());
    expect(cluster.applied).toEqual([]);
  });

  it.each([
    ['it may not apply them', true, 'applying ours failed: customresourcedefinitions is forbidden'],
    ['it was told not to', false, '-install-crds is false'],
  ])('waits and says what to run where %s', async (_, install, why) => {
    const refusal = REFUSAL;
    expect(await aCluster({ found: ABSENT, refusal, install }).waitsFor()).toBe(
      `definition canaries.flagger.app does not exist: ${why}; ${REMEDY}`,
    );
    expect(await aCluster({ found: ok(aDefinition(FLAGGERS)), refusal, install }).waitsFor()).toBe(
      `definition canaries.flagger.app does not know the fields Serin keeps its memory in: ${why}; ${REMEDY}`,
    );
  });

  it('goes on by itself once the definitions are there', async () => {
    const cluster = aCluster({ found: ABSENT, install: false });
    const started = cluster.start();
    await cluster.clock.advance(60_000);
    expect(new Set(cluster.waits).size).toBe(1);
    cluster.found = ok(aDefinition());
    await cluster.clock.advance(60_000);
    expect(await started).toEqual(ok());
  });

  it('waits for an API server that does not answer', async () => {
    const gone = err({ kind: 'unavailable', detail: 'reading version: connection refused' } as const);
    const cluster = aCluster({ version: gone });
    expect(await cluster.waitsFor()).toBe('reading version: connection refused');
  });

  it('waits for definitions that are there and not served yet', async () => {
    const cluster = aCluster({ found: ok({ ...aDefinition(), status: {} }) });
    expect(await cluster.waitsFor()).toBe('definition canaries.flagger.app is not served yet');
  });

  it('goes on without newer fields where ours may not be applied', async () => {
    const spec = { type: 'object', properties: { newer: { type: 'string' } } };
    const cluster = aCluster({ refusal: REFUSAL });
    expect(await cluster.start(aDefinition({ ...MEMORY, spec }))).toEqual(ok());
  });
});

describe('an API server', () => {
  it.each([
    ['1', '26', 'v1.26.15'],
    ['0', '99', 'v0.99.0'],
  ])('%s.%s is too old, and no waiting makes it younger', async (major, minor, gitVersion) => {
    const cluster = aCluster({ version: ok({ major: Number(major), minor: Number(minor), gitVersion }) });
    expect(await cluster.start()).toEqual(
      err(`the API server is ${gitVersion}, Serin needs Kubernetes 1.27 or later`),
    );
    expect(cluster.applied).toEqual([]);
  });

  it('that keeps its version to itself is trusted', async () => {
    expect(await aCluster({ version: FORBIDDEN }).start()).toEqual(ok());
  });
});

describe('where definitions may not be read', () => {
  const blind = { found: FORBIDDEN, install: false };

  it('the schemas that are served tell', async () => {
    const cluster = aCluster({ ...blind, schema: ok({ properties: MEMORY }) });
    expect(await cluster.start()).toEqual(ok());
    expect(await aCluster(blind).waitsFor()).toContain('canaries.flagger.app does not exist');
    expect(await aCluster({ ...blind, schema: ok({ properties: FLAGGERS }) }).waitsFor()).toContain(
      'does not know the fields Serin keeps its memory in',
    );
  });

  it('nor schemas, they are trusted, since every commit is verified', async () => {
    expect(await aCluster({ ...blind, schema: FORBIDDEN }).start()).toEqual(ok());
  });
});
