/**
 * What goes wrong in what people write and in what they point at: the sentence they get, and that a Canary beside
 * it is promoted all the same.
 */
import { afterAll, describe, expect, it } from '@jest/globals';
import { providerNames } from '../../src/traffic/registry.ts';
import { canaryManifest, workloadManifest, Rollout, type RolloutWish } from './harness/rollout.ts';
import { aWorld } from './harness/shared.ts';
import type { World } from './harness/world.ts';

const TIMEOUT = 90_000;
const TEN_MEBIBYTES = 10 * 1024 * 1024;

const world = aWorld(() => ['-no-cross-namespace-refs']);
afterAll(() => world.stop());

/** A good release from first to last, while something bad is the matter with another. */
async function promotedBeside(w: World, name: string): Promise<void> {
  const beside = await Rollout.install(w, { name: `beside-${name}`, provider: 'istio' });
  await beside.push(`beside-${name}:2`);
  await beside.rests('Succeeded');
}

interface Refused {
  readonly what: string;
  readonly wish: RolloutWish;
  readonly reason: string;
  readonly sentence: string;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'a provider we cannot drive',
    wish: { name: 'foreign', provider: 'crossover' },
    reason: 'UnknownProvider',
    sentence: `spec.provider: found "crossover", known are ${providerNames.join(', ')}`,
  },
  {
    what: 'an impossible weight',
    wish: { name: 'uphill', provider: 'istio', analysis: { stepWeight: -5 } },
    reason: 'InvalidSpec',
    sentence: 'spec.analysis.stepWeight: found -5, expected 1 to 100',
  },
  {
    what: 'a target without a name',
    wish: {
      name: 'aimless',
      provider: 'istio',
      spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: '' } },
    },
    reason: 'InvalidSpec',
    sentence: 'spec.targetRef.name: is missing, expected the kind and name of the workload to roll out',
  },
  {
    what: 'a route without a gateway',
    wish: { name: 'gateless', provider: 'gatewayapi:v1' },
    reason: 'InvalidSpec',
    sentence:
      'spec.service.gatewayRefs: is empty, provider gatewayapi:v1 needs the Gateway (or parent Service) that routes attach to',
  },
  {
    what: 'a metric template of another namespace, where that is forbidden',
    wish: {
      name: 'abroad',
      provider: 'istio',
      analysis: {
        metrics: [
          { name: 'errors', templateRef: { name: 'errors', namespace: 'infra' }, thresholdRange: { max: 1 } },
        ],
      },
    },
    reason: 'CrossNamespaceReference',
    sentence:
      "spec.analysis.metrics[0].templateRef: can't access metric template errors.infra, cross-namespace references are blocked",
  },
  {
    what: 'an alert provider of another namespace, where that is forbidden',
    wish: {
      name: 'alarmed',
      provider: 'istio',
      analysis: { alerts: [{ name: 'chat', providerRef: { name: 'chat', namespace: 'infra' } }] },
    },
    reason: 'CrossNamespaceReference',
    sentence:
      "spec.analysis.alerts[0].providerRef: can't access alert provider chat.infra, cross-namespace references are blocked",
  },
];

describe('a Canary that cannot be followed', () => {
  it.concurrent.each(REFUSED)(
    '$what: is told why, in an event and a condition, and the target goes on as it was',
    async ({ wish, reason, sentence }) => {
      const w = await world.started();
      const rollout = Rollout.apply(w, wish);
      await rollout.tells(`invalid canary spec: ${sentence}`);
      expect(rollout.condition('Accepted')).toBe(`False ${reason}: ${sentence}`);
      await promotedBeside(w, wish.name);
      expect(rollout.targetReplicas).toBe(2);
      expect(['', 'Initializing']).toContain(rollout.phase);
    },
    TIMEOUT,
  );

  it.concurrent(
    'a wrong type: is refused by the API server, which names the field',
    async () => {
      const w = await world.started();
      const manifest = canaryManifest({ name: 'mistyped', provider: 'istio', service: { port: 'eighty' } });
      expect(() => w.apply(manifest)).toThrow(
        'spec.service.port: Invalid value: "string": spec.service.port in body must be of type number: "string"',
      );
    },
    TIMEOUT,
  );

  it.concurrent(
    'a provider nobody knows: is refused by the API server, which names those there are',
    async () => {
      const w = await world.started();
      expect(() => w.apply(canaryManifest({ name: 'typo', provider: 'istoi' }))).toThrow(
        /spec\.provider: Invalid value: "istoi": .* should match .*istio\|/,
      );
    },
    TIMEOUT,
  );

  it.concurrent(
    'a second Canary with the same target: waits for the older one, which goes on',
    async () => {
      const w = await world.started();
      const elder = await Rollout.install(w, { name: 'elder', provider: 'istio' });
      // Of two created within one second the name decides.
      const manifest = canaryManifest({ name: 'younger', provider: 'istio' });
      const spec = manifest['spec'] as Readonly<Record<string, unknown>>;
      const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'elder' };
      w.apply({ ...manifest, spec: { ...spec, targetRef } });
      const younger = new Rollout(w, 'younger');
      const sentence = 'the older canary elder.test has the same target elder';
      await younger.tells(`invalid canary spec: ${sentence}`);
      expect(younger.condition('Accepted')).toBe(`False DuplicateTarget: ${sentence}`);
      await elder.push('elder:2');
      await elder.rests('Succeeded');
    },
    TIMEOUT,
  );

  it.concurrent(
    'a second Canary with the same Service: waits until it has one of its own, while the older one goes on',
    async () => {
      const w = await world.started();
      const service = { name: 'shared' };
      const first = await Rollout.install(w, { name: 'first-of-two', provider: 'istio', service });
      const second = Rollout.apply(w, { name: 'second-of-two', provider: 'istio', service });
      const sentence =
        'the older canary first-of-two.test has service shared as well; give one of them another spec.service.name';
      await second.tells(`invalid canary spec: ${sentence}`);
      expect(second.condition('Accepted')).toBe(`False DuplicateService: ${sentence}`);
      await first.push('first-of-two:2');
      await first.rests('Succeeded');
      expect(second.targetReplicas).toBe(2);
      await second.amend({ spec: { service: { name: 'its-own' } } });
      await second.rests('Initialized');
    },
    TIMEOUT,
  );

  it.concurrent(
    'a spec that turns invalid in the middle of a run: holds the position until it is mended',
    async () => {
      const w = await world.started();
      const analysis = { stepWeight: 20, maxWeight: 60 };
      const rollout = await Rollout.install(w, { name: 'spoilt', provider: 'istio', analysis });
      await rollout.push('spoilt:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      await rollout.amend({ spec: { analysis: { stepWeight: -1 } } });
      const sentence = 'spec.analysis.stepWeight: found -1, expected 1 to 100';
      await rollout.tells(`invalid canary spec: ${sentence}`);
      expect(rollout.condition('Accepted')).toBe(`False InvalidSpec: ${sentence}`);
      const held = rollout.routed;
      await promotedBeside(w, 'spoilt');
      expect([rollout.phase, rollout.routed]).toEqual(['Progressing', held]);
      await rollout.amend({ spec: { analysis: { stepWeight: 20 } } });
      await rollout.tells('the spec of spoilt.test is valid again');
      await rollout.rests('Succeeded');
      expect(rollout.condition('Accepted')).toBeUndefined();
    },
    TIMEOUT,
  );
});

describe('a target', () => {
  it.concurrent(
    'that does not exist: is waited for, and the Canary begins when it comes',
    async () => {
      const w = await world.started();
      const wish = { name: 'absent', provider: 'istio' };
      w.apply(canaryManifest(wish));
      const rollout = new Rollout(w, 'absent');
      await rollout.reaches('Initializing');
      await promotedBeside(w, 'absent');
      expect(w.events('absent').map(({ message }) => message)).toEqual(['deployment absent.test not found']);
      w.apply(workloadManifest(wish));
      await rollout.rests('Initialized');
    },
    TIMEOUT,
  );

  it.concurrent(
    'without a label that Services could select it by: is told which would do',
    async () => {
      const w = await world.started();
      const wish = { name: 'unlabelled', provider: 'istio' };
      const manifest = workloadManifest(wish) as { readonly spec: { readonly template: object } };
      const labels = { tier: 'unlabelled' };
      const template = { ...manifest.spec.template, metadata: { labels } };
      w.apply({ ...manifest, spec: { ...manifest.spec, selector: { matchLabels: labels }, template } });
      w.apply(canaryManifest(wish));
      const rollout = new Rollout(w, 'unlabelled');
      await rollout.tells(
        'deployment unlabelled.test spec.selector.matchLabels must contain one of [app name app.kubernetes.io/name]',
      );
      await promotedBeside(w, 'unlabelled');
      expect(rollout.targetReplicas).toBe(2);
    },
    TIMEOUT,
  );
});

interface Misled {
  readonly what: string;
  readonly name: string;
  readonly analysis: (w: World) => Readonly<Record<string, unknown>>;
  readonly prepare?: (w: World) => void;
  readonly sentence: (w: World) => string;
}

const template = (name: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'MetricTemplate',
  metadata: { name, namespace: 'test' },
  spec: { provider: { type: 'prometheus', address: 'http://127.0.0.1:9', ...more }, query: 'errors' },
});
const templated = (name: string): Readonly<Record<string, unknown>> => ({
  metrics: [{ name: 'errors', templateRef: { name }, thresholdRange: { max: 1 }, interval: '1m' }],
});
const hooked = (url: string): Readonly<Record<string, unknown>> => ({
  webhooks: [{ name: 'check', type: 'rollout', url, timeout: '1s' }],
});

const MISLED: readonly Misled[] = [
  {
    what: 'a metric template that does not exist',
    name: 'templateless',
    analysis: () => templated('missing'),
    sentence: () => 'Metric template missing.test error: it does not exist',
  },
  {
    what: 'a Secret that does not exist',
    name: 'secretless',
    prepare: (w) => w.apply(template('guarded', { secretRef: { name: 'nosuch' } })),
    analysis: () => templated('guarded'),
    sentence: () => 'Metric template guarded.test secret nosuch error: secret nosuch.test cannot be read:',
  },
  {
    what: 'a query that is no template',
    name: 'unfilled',
    prepare: (w) => {
      const broken = template('broken');
      w.apply({ ...broken, spec: { ...Object(broken['spec']), query: 'errors{app="{{ target"}' } });
    },
    analysis: () => templated('broken'),
    sentence: () => 'Metric template broken.test query render error:',
  },
  {
    what: 'a metric system that answers a web page',
    name: 'paged',
    prepare: (w) => w.metrics.say('paged', { status: 200, type: 'text/html', body: '<html>Log in</html>' }),
    analysis: () => ({}),
    sentence: () => 'Prometheus query failed: the answer is not a query result: <html>Log in</html>',
  },
  {
    what: 'a metric without values',
    name: 'silent',
    prepare: (w) => w.metrics.say('silent', 'none'),
    analysis: () => ({}),
    sentence: () =>
      'Halt advancement no values found for istio metric request-success-rate probably silent.test is not receiving traffic',
  },
  {
    what: 'a query that is refused',
    name: 'unparsed',
    prepare: (w) => {
      const body = '{"status":"error","errorType":"bad_data","error":"parse error: unexpected end of input"}';
      w.metrics.say('unparsed', { status: 400, type: 'application/json', body });
    },
    analysis: () => ({
      metrics: [{ name: 'mine', query: 'sum(x{app="unparsed"}', thresholdRange: { max: 1 }, interval: '1m' }],
    }),
    sentence: () =>
      'Prometheus query failed for mine: error response: Status 400 Bad Request: parse error: unexpected end of input',
  },
  {
    what: 'a webhook that hangs',
    name: 'hung',
    prepare: (w) => w.web.reply('/hangs', 'hangs'),
    analysis: (w) => hooked(`${w.web.url}/hangs`),
    sentence: (w) =>
      `Halt hung.test advancement external check check failed POST ${w.web.url}/hangs giving up after 1 attempt(s): hook check gave no answer within 1s`,
  },
  {
    what: 'a webhook that answers 10 MiB',
    name: 'flooded',
    prepare: (w) => w.web.reply('/flood', { status: 500, body: 'x'.repeat(TEN_MEBIBYTES) }),
    analysis: (w) => hooked(`${w.web.url}/flood`),
    sentence: (w) =>
      `Halt flooded.test advancement external check check failed POST ${w.web.url}/flood: hook check answered with more than 1048576 bytes`,
  },
  {
    what: 'a webhook nobody listens at',
    name: 'deserted',
    analysis: () => hooked('http://127.0.0.1:9/check'),
    sentence: () =>
      'Halt deserted.test advancement external check check failed POST http://127.0.0.1:9/check giving up after 1 attempt(s):',
  },
];

describe('a check that cannot be made', () => {
  it.concurrent.each(MISLED)(
    '$what: counts as failed, with the cause in the event, and ends in a rollback',
    async ({ name, analysis, prepare, sentence }) => {
      const w = await world.started();
      prepare?.(w);
      const wish = { name, provider: 'istio', analysis: { threshold: 3, ...analysis(w) } };
      const rollout = await Rollout.install(w, wish);
      await rollout.push(`${name}:2`);
      await rollout.tells(sentence(w));
      await promotedBeside(w, name);
      await rollout.rests('Failed');
      expect(rollout.told).toContain(`Rolling back ${name}.test failed checks threshold reached 3`);
      expect(rollout.primaryImage).toBe(`${name}:1`);
    },
    TIMEOUT,
  );
});

describe('an alert provider that does not exist', () => {
  it.concurrent(
    'is named in the log, and the release is promoted without it',
    async () => {
      const w = await world.started();
      const analysis = { alerts: [{ name: 'chat', severity: 'info', providerRef: { name: 'nowhere' } }] };
      const rollout = await Rollout.install(w, { name: 'unheard', provider: 'istio', analysis });
      await rollout.push('unheard:2');
      await rollout.rests('Succeeded');
      const controller = await world.controller();
      const warned = controller.lines().filter(({ msg }) => msg === 'telling failed: alert chat');
      expect(warned.at(-1)?.['detail']).toBe('alert provider nowhere.test does not exist');
    },
    TIMEOUT,
  );
});
