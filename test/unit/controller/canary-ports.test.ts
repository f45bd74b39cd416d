import { describe, expect, it } from '@jest/globals';
import type { News, TargetRecord } from '../../../src/core/model.ts';
import { Announcer } from '../../../src/controller/announcer.ts';
import { CanaryPorts } from '../../../src/controller/canary-ports.ts';
import { ConfigShelf } from '../../../src/controller/configs.ts';
import { noMemory } from '../../../src/controller/memory.ts';
import type { ReconcileResult } from '../../../src/controller/ports.ts';
import { reconcile } from '../../../src/controller/reconcile.ts';
import { Slots } from '../../../src/controller/slots.ts';
import type { Tools } from '../../../src/controller/tools.ts';
import { revision } from '../../../src/shared/brand.ts';
import { err } from '../../../src/shared/result.ts';
import { canaryFrom, objectIn } from '../../support/canaries.ts';
import { TARGET } from '../../support/deployments.ts';
import { FakeTools } from './tools.ts';

const { signal } = new AbortController();

/** What a status knows of a target that had this configuration. */
function before(digest: string): TargetRecord {
  const of = { workload: 'Deployment/podinfo', uid: 'another', generation: 0, template: '1-t' };
  return { ...of, revision: revision('1-old'), configs: { 'configmap/settings': digest } };
}

function silent({ clock, log }: Tools): Announcer {
  const messenger = { announce: async () => undefined, notice: async () => undefined };
  return new Announcer({ messenger, clock, log, onTold: () => undefined });
}

const CANARY = `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test, uid: canary-uid }
spec:
  provider: kubernetes
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  service: { port: 80 }
  analysis: { interval: 1m, threshold: 5, iterations: 5 }
`;

/** Passes over a Canary at rest that has lost its Services, by one process, where nothing new is taken. */
function inEndingNamespace() {
  const fake = new FakeTools('-enable-config-tracking=false');
  fake.put(objectIn(TARGET));
  const made: string[] = [];
  const create: Tools['objects']['create'] = async ({ kind, metadata }) => {
    made.push(`${kind} ${metadata.name}`);
    return err({ kind: 'ending', detail: 'unable to create new content because it is being terminated' });
  };
  const tools: Tools = { ...fake, clock: fake.clock, objects: { ...fake.objects, create } };
  const noticed: News[] = [];
  const messenger = {
    announce: async () => undefined,
    notice: async (_: unknown, news: News) => void noticed.push(news),
  };
  const announcer = new Announcer({ messenger, clock: tools.clock, log: tools.log, onTold: () => undefined });
  const rest = { origin: 'ours', phase: 'Succeeded', park: 'done', place: 'kubernetes/podinfo' } as const;
  const context = {
    ...{ tools, key: 'test/podinfo', canary: canaryFrom(CANARY, rest), problem: undefined, doubts: [] },
    ...{ memory: noMemory(), announcer, slots: new Slots(1), shelf: new ConfigShelf() },
    ...{ signal, lifetime: signal, onLook: () => undefined },
  };
  const pass = (): Promise<ReconcileResult> => reconcile(new CanaryPorts(context));
  return { pass, made, noticed, announcer };
}

describe('a gate before a run', () => {
  const question = { kind: 'hook', type: 'confirm-rollout', index: 0 } as const;

  const gated = CANARY.replace(
    'iterations: 5',
    'iterations: 5, webhooks: [{ name: gate, type: confirm-rollout, url: "http://gate" }]',
  );

  /** Of a pass whose status knows of a target with this configuration. */
  function portsOf(tools: Tools, known: string, slots = new Slots(1)): CanaryPorts {
    const canary = canaryFrom(gated, { target: before(known) });
    return new CanaryPorts({
      ...{ tools, key: 'test/podinfo', canary, problem: undefined, doubts: [], memory: noMemory() },
      ...{ announcer: silent(tools), slots, shelf: new ConfigShelf() },
      ...{ signal, lifetime: signal, onLook: () => undefined },
    });
  }

  async function checksum(known: string): Promise<unknown> {
    const tools = new FakeTools('-enable-config-tracking=false');
    tools.put(objectIn(TARGET));
    const ports = portsOf(tools, known);
    const { target } = await ports.observe();
    await ports.ask({ ...question, revision: target?.revision ?? revision('none') });
    return (JSON.parse(tools.requests[0]?.body ?? '{}') as Record<string, unknown>)['checksum'];
  }

  it('leaves its turn to other Canaries while somebody thinks', async () => {
    const slots = new Slots(1);
    let consent: () => void = () => undefined;
    const thinking = new Promise<void>((resolve) => (consent = resolve));
    const fake = new FakeTools();
    const { http: quick } = fake;
    const http: Tools['http'] = (request, options) => thinking.then(() => quick(request, options));
    const ports = portsOf(Object.assign(fake, { http }), '1-a', slots);
    await slots.acquire();
    const answer = ports.ask({ ...question, revision: revision('1-new') });

    await slots.acquire();
    slots.release();
    consent();

    expect(await answer).toEqual({ kind: 'yes' });
  });

  it('is told of the target as it is, whatever the status says of the one before', async () => {
    expect(await checksum('1-a')).toMatch(/^1-/);
    expect(await checksum('1-b')).toBe(await checksum('1-a'));
  });
});

describe('a Canary whose namespace is being deleted', () => {
  it('tries to make something in one pass, warns of nothing, and waits for the end from then on', async () => {
    const { pass, made, noticed, announcer } = inEndingNamespace();
    await pass();
    expect(made).toContain('Service podinfo-canary');
    const tried = made.length;

    expect(await pass()).toMatchObject({ kind: 'waiting', waitingFor: { kind: 'namespace' }, failures: [] });
    expect(await pass()).not.toHaveProperty('requeueAfter');
    expect(made).toHaveLength(tried);
    await announcer.drained();
    expect(noticed).toEqual([]);
  });
});
