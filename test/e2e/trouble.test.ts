/** The process among misfortunes: a cluster in trouble, processes that die, and what an operator sees of it. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { valueAt } from './harness/look.ts';
import { Rollout } from './harness/rollout.ts';
import { worlds } from './harness/shared.ts';
import { deskOf, leads, type World } from './harness/world.ts';

const TIMEOUT = 120_000;
/** An interval counts from when a write was sent; one may take longer on its way than the next. */
const TRAVEL = 100;
const LONG = { stepWeight: 20, maxWeight: 80 };
const SHORT_LEASE = [
  '-leader-election-lease-duration=3s',
  '-leader-election-renew-deadline=2s',
  '-leader-election-retry-period=500ms',
];

const places = worlds();
afterAll(() => places.stop());

const pause = (span: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, span));

interface Step {
  readonly weight: unknown;
  readonly at: number;
}

/** Every weight the VirtualService gets, with its time. */
function weightsOf(w: World, name: string): readonly Step[] {
  const steps: Step[] = [];
  w.sandbox.store.subscribe('virtualservices.networking.istio.io', ({ object }) => {
    if (object.metadata.name !== name) return;
    const weight = valueAt(object, 'spec', 'http', 0, 'route', 1, 'weight');
    if (steps.at(-1)?.weight !== weight) steps.push({ weight, at: Date.now() });
  });
  return steps;
}

function gaps(steps: readonly Step[]): readonly number[] {
  return steps.slice(1).map(({ at }, index) => at - (steps[index]?.at ?? at));
}

describe('a cluster in trouble', () => {
  it.concurrent(
    'expired watches, cut connections, a busy and a slow API server do not change how a release ends',
    async () => {
      const w = await places.start();
      await w.leader();
      const rollout = await Rollout.install(w, { name: 'tossed', provider: 'istio', analysis: LONG });
      const { faults } = w.sandbox;
      const steps = weightsOf(w, 'tossed');
      await rollout.push('tossed:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      faults.expire();
      faults.closeWatches();
      faults.inject({ effect: { kind: 'drop' }, times: 5 });
      faults.inject({ match: { verb: 'update' }, effect: { kind: 'drop-after' }, times: 2 });
      await rollout.comes('has 40 percent', () => rollout.routed === 40);
      const lift = faults.inject({ effect: { kind: 'status', code: 503, message: 'etcd is away' } });
      await pause(3_000);
      lift();
      faults.inject({ effect: { kind: 'delay', milliseconds: 300 }, times: 40 });
      await rollout.rests('Succeeded');
      expect(steps.map(({ weight }) => weight)).toEqual([20, 40, 60, 80, 0]);
      // A write that the cut connection caught is told as it happens; it changes nothing else.
      const told = rollout.run.filter((text) => !/^\w+ing \w+ test\/tossed[\w-]*: /.test(text));
      expect(told).toEqual([
        'New revision detected! Scaling up tossed.test',
        'Starting canary analysis for tossed.test',
        ...[20, 40, 60, 80].map((weight) => `Advance tossed.test canary weight ${weight}`),
        'Copying tossed.test template spec to tossed-primary.test',
        'Routing all traffic to primary',
        'Promotion completed! Scaling down tossed.test',
      ]);
    },
    TIMEOUT,
  );

  it.concurrent(
    'a write that is forbidden is told, holds the release, and is made up for when it is allowed',
    async () => {
      const w = await places.start();
      await w.leader();
      const rollout = await Rollout.install(w, { name: 'barred', provider: 'istio' });
      const message = 'virtualservices.networking.istio.io "barred" is forbidden: User "serin" cannot update';
      const lift = w.sandbox.faults.inject({
        match: { verb: 'update', resource: 'virtualservices.networking.istio.io' },
        effect: { kind: 'status', code: 403, reason: 'Forbidden', message },
      });
      await rollout.push('barred:2');
      await rollout.tells(message);
      expect(rollout.routed).toBe(0);
      expect(rollout.phase).toBe('Progressing');
      lift();
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('barred:2');
    },
    TIMEOUT,
  );
});

describe('processes', () => {
  it.concurrent(
    'a restart in the middle of an interval shifts no schedule',
    async () => {
      const w = await places.start();
      const first = await w.leader();
      const analysis = { ...LONG, interval: '4s', metrics: [] };
      const rollout = await Rollout.install(w, { name: 'steady', provider: 'istio', analysis });
      const steps = weightsOf(w, 'steady');
      await rollout.push('steady:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      await pause(1_000);
      expect(await first.kill('SIGTERM')).toBe(0);
      await w.leader();
      await rollout.comes('has 60 percent', () => rollout.routed === 60);
      for (const gap of gaps(steps)) {
        expect(gap).toBeGreaterThanOrEqual(4_000 - TRAVEL);
        expect(gap).toBeLessThan(5_500);
      }
    },
    TIMEOUT,
  );

  it.concurrent(
    'of two only one acts; the other goes on when that one stops, and when it is killed',
    async () => {
      const w = await places.start();
      const first = await w.leader(SHORT_LEASE);
      const second = w.controller(SHORT_LEASE);
      await w.eventually('the second waits', () =>
        second.lines().some(({ msg }) => msg === 'waiting for the lease'),
      );
      const rollout = await Rollout.install(w, { name: 'shared', provider: 'istio', analysis: LONG });
      expect(second.text()).not.toContain('"canary":"shared.test"');
      await rollout.push('shared:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      expect(await first.kill('SIGTERM')).toBe(0);
      await w.eventually('the second leads', () => leads(second), { within: 2_000 });
      await rollout.comes('has 40 percent', () => rollout.routed === 40);
      const third = w.controller(SHORT_LEASE);
      await w.eventually('the third waits', () =>
        third.lines().some(({ msg }) => msg === 'waiting for the lease'),
      );
      await second.kill('SIGKILL');
      const killed = Date.now();
      await w.eventually('the third leads', () => leads(third), { within: 6_000 });
      // Nobody may begin before the lease of the one that was killed is over, seen from its last renewal.
      expect(Date.now() - killed).toBeGreaterThan(1_500);
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('shared:2');
    },
    TIMEOUT,
  );

  it.concurrent(
    'an outage that costs the lease ends no process, holds the next weight until routers have heard, and loses nothing',
    async () => {
      const w = await places.start();
      const leader = await w.leader(SHORT_LEASE);
      const rollout = await Rollout.install(w, { name: 'parted', provider: 'istio', analysis: LONG });
      const steps = weightsOf(w, 'parted');
      await rollout.push('parted:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      const lift = w.sandbox.faults.inject({ effect: { kind: 'drop' } });
      await pause(4_000);
      lift();
      const back = Date.now();
      const says = (text: string): boolean => leader.lines().some(({ msg }) => msg === text);
      await w.eventually('the lease was lost', () => says('no longer leading'));
      await rollout.rests('Succeeded');
      expect(leader.running).toBe(true);
      expect(says('standing by again')).toBe(true);
      expect(steps.map(({ weight }) => weight)).toEqual([20, 40, 60, 80, 0]);
      // Twice as long as the server was away, as far as it was noticed.
      expect((steps[1]?.at ?? 0) - back).toBeGreaterThan(4_000);
      expect(rollout.run).toContain('Promotion completed! Scaling down parted.test');
    },
    TIMEOUT,
  );

  it.concurrent(
    'with default flags no interval is shorter than ten seconds, and the story is the same',
    async () => {
      const w = await places.start();
      await w.leader(['-minimum-analysis-interval=10s']);
      const rollout = await Rollout.install(w, { name: 'usual', provider: 'istio' });
      const steps = weightsOf(w, 'usual');
      await rollout.push('usual:2');
      await rollout.rests('Succeeded', { within: 80_000 });
      expect(steps.map(({ weight }) => weight)).toEqual([50, 0]);
      expect(gaps(steps)[0]).toBeGreaterThanOrEqual(10_000 - TRAVEL);
      expect(gaps(steps)[0]).toBeLessThan(14_000);
    },
    TIMEOUT,
  );
});

describe('what an operator sees', () => {
  it.concurrent(
    'health, metrics under their old names, and a controller at rest that reads nothing',
    async () => {
      const w = await places.start();
      const controller = await w.leader();
      const rollout = await Rollout.install(w, { name: 'quiet', provider: 'istio' });
      await rollout.push('quiet:2');
      await rollout.rests('Succeeded');
      const get = async (path: string): Promise<string> => (await fetch(deskOf(controller) + path)).text();
      expect([await get('/healthz'), await get('/readyz')]).toEqual(['OK', 'OK']);
      const metrics = await get('/metrics');
      for (const line of [
        'flagger_info{version="0.1.0",mesh_provider="istio"} 1',
        'flagger_canary_total{namespace="test"} 1',
        'flagger_canary_status{name="quiet",namespace="test"} 1',
        'flagger_canary_weight{workload="quiet-primary",namespace="test"} 100',
        'flagger_canary_weight{workload="quiet",namespace="test"} 0',
        'flagger_canary_metric_analysis{name="quiet",namespace="test",metric="request-success-rate"} 100',
        'flagger_canary_successes_total{name="quiet",namespace="test",deployment_strategy="canary",analysis_status="completed"} 1',
        'flagger_canary_duration_seconds_count{name="quiet",namespace="test"}',
      ]) {
        expect(metrics).toContain(line);
      }
      await pause(1_000);
      w.sandbox.resetRequests();
      await pause(20_000);
      const { counts } = w.sandbox.requests();
      expect(Object.keys(counts)).toEqual(['update leases.coordination.k8s.io']);
      expect(counts['update leases.coordination.k8s.io']).toBeLessThanOrEqual(5);
    },
    TIMEOUT,
  );

  it.concurrent(
    'no secret in the log or in an event, whatever goes wrong with it',
    async () => {
      const w = await places.start();
      const secrets = [
        'xoxb-slack-7',
        'hunter2-metrics',
        'bearer-alert-9',
        'hook-password-3',
        'query-token-5',
      ];
      const [slackToken, password, alertToken, hookPassword, queryToken] = secrets;
      const host = new URL(w.web.url).host;
      const hookUrl = `http://user:${hookPassword}@${host}/hook?token=${queryToken}`;
      const controller = await w.leader(
        [
          `-event-webhook=http://user:${hookPassword}@127.0.0.1:9/events?token=${queryToken}`,
          '-slack-channel=a',
        ],
        { SLACK_URL: `${w.web.url}/services/${queryToken}`, SLACK_TOKEN: slackToken ?? '' },
      );
      // For good: one that cannot just now is tried again for minutes.
      w.web.reply('/chat', 403);
      w.web.reply(`/services/${queryToken}`, { status: 403, body: `not with ${queryToken}` });
      w.web.reply(`/hook?token=${queryToken}`, { status: 500, body: 'no' });
      const text = (value: string | undefined): string => Buffer.from(value ?? '').toString('base64');
      const secret = (name: string, data: Readonly<Record<string, string>>): Record<string, unknown> => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'test' },
        data,
      });
      w.apply(
        secret('metrics', { username: text('serin'), password: text(password) }),
        secret('chat', { address: text(`${w.web.url}/chat`), token: text(alertToken) }),
        {
          apiVersion: 'flagger.app/v1beta1',
          kind: 'MetricTemplate',
          metadata: { name: 'errors', namespace: 'test' },
          spec: {
            provider: { type: 'prometheus', address: 'http://127.0.0.1:9', secretRef: { name: 'metrics' } },
            query: 'errors',
          },
        },
        {
          apiVersion: 'flagger.app/v1beta1',
          kind: 'AlertProvider',
          metadata: { name: 'chat', namespace: 'test' },
          spec: { type: 'slack', secretRef: { name: 'chat' } },
        },
      );
      const analysis = {
        metrics: [
          { name: 'errors', templateRef: { name: 'errors' }, thresholdRange: { max: 1 }, interval: '1m' },
        ],
        webhooks: [{ name: 'check', type: 'rollout', url: hookUrl }],
      };
      const alerted = {
        ...analysis,
        alerts: [{ name: 'chat', severity: 'info', providerRef: { name: 'chat' } }],
      };
      const one = await Rollout.install(w, { name: 'hushed', provider: 'istio', analysis: alerted });
      const two = await Rollout.install(w, {
        name: 'muted',
        provider: 'istio',
        analysis: { ...analysis, webhooks: [] },
      });
      await Promise.all([one.push('hushed:2'), two.push('muted:2')]);
      await Promise.all([one.rests('Failed'), two.rests('Failed')]);
      const chat = w.web.calls.filter(({ path }) => path === '/chat');
      expect(chat[0]?.headers.authorization).toBe(`Bearer ${alertToken}`);
      expect(chat[0]?.body).toMatchObject({ channel: 'general', username: 'flagger' });
      expect(await controller.kill('SIGTERM')).toBe(0);
      const said = [controller.text(), JSON.stringify(w.sandbox.store.list('events')), ...one.told].join(
        '\n',
      );
      expect(said).toContain('check failed');
      const leaked = [...secrets, ...secrets.map(text)].filter((word) => said.includes(word));
      expect(leaked).toEqual([]);
    },
    TIMEOUT,
  );
});
