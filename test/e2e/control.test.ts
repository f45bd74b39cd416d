/** What people do while a release runs: gates, hooks, annotations, edits by hand, another push; and what they are told. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { textAt, valueAt } from './harness/look.ts';
import { Rollout, type RolloutWish } from './harness/rollout.ts';
import { aWorld } from './harness/shared.ts';
import { hasKubectl, NAMESPACE, type World } from './harness/world.ts';

const TIMEOUT = 90_000;
const LONG = { stepWeight: 20, maxWeight: 80, threshold: 5 };

const world = aWorld((w) => [
  '-cluster-name=production',
  `-event-webhook=${w.web.url}/all-events`,
  `-slack-url=${w.web.url}/slack`,
  '-slack-channel=general',
]);
afterAll(() => world.stop());

async function install(wish: Omit<RolloutWish, 'provider'>): Promise<{ w: World; rollout: Rollout }> {
  const w = await world.started();
  return { w, rollout: await Rollout.install(w, { provider: 'istio', ...wish }) };
}

function slackOf(w: World, name: string): readonly unknown[] {
  return w.web
    .at('/slack')
    .filter((body) => textAt(body, 'attachments', 0, 'author_name') === `${name}.test`);
}

function slackMessage(
  name: string,
  text: string,
  color: 'good' | 'danger',
  fields: readonly unknown[],
): unknown {
  return {
    channel: 'general',
    username: 'flagger',
    icon_url: '',
    icon_emoji: ':rocket:',
    attachments: [{ color, author_name: `${name}.test`, text, mrkdwn_in: ['text'], fields }],
  };
}

const field = (title: string, value: string): unknown => ({ title, value, short: false });

describe('gates and hooks', () => {
  it.concurrent(
    'of the load tester hold a release until somebody opens them',
    async () => {
      const tester = await (await world.started()).loadTester();
      const gate = (type: string): unknown => ({ name: `${type} gate`, type, url: `${tester}/gate/check` });
      const turn = (way: 'open' | 'close'): Promise<unknown> =>
        fetch(`${tester}/gate/${way}`, {
          method: 'POST',
          body: JSON.stringify({ name: 'gated', namespace: NAMESPACE }),
        });
      const webhooks = [gate('confirm-rollout'), gate('confirm-promotion')];
      const { rollout } = await install({ name: 'gated', analysis: { webhooks } });
      await rollout.push('gated:2');
      await rollout.reaches('Waiting');
      expect(rollout.targetReplicas).toBe(0);
      await turn('open');
      await rollout.tells('Advance gated.test canary weight 50');
      await turn('close');
      await rollout.reaches('WaitingPromotion');
      expect(rollout.weight).toBe(50);
      expect(rollout.primaryImage).toBe('gated:1');
      await turn('open');
      await rollout.rests('Succeeded');
      expect(rollout.told.slice(-9)).toEqual(
        [
          'Halt gated.test advancement waiting for approval confirm-rollout gate',
          'Confirm-rollout check confirm-rollout gate passed',
          'New revision detected! Scaling up gated.test',
          'Starting canary analysis for gated.test',
          'Advance gated.test canary weight 50',
          'Halt gated.test advancement waiting for promotion approval confirm-promotion gate',
          'Confirm-promotion check confirm-promotion gate passed',
          'Copying gated.test template spec to gated-primary.test',
          'Routing all traffic to primary',
          'Promotion completed! Scaling down gated.test',
        ].slice(-9),
      );
    },
    TIMEOUT,
  );

  it.concurrent(
    'M60 load that nobody waits for fails the check when it fails, and the release goes back',
    async () => {
      const tester = await (await world.started()).loadTester();
      const cmd = 'hey -n 2 -c 1 http://127.0.0.1:1/';
      const load = { name: 'load-test', type: 'rollout', url: `${tester}/`, metadata: { type: 'cmd', cmd } };
      const { rollout } = await install({
        name: 'loaded',
        analysis: { stepWeight: 10, maxWeight: 100, threshold: 2, webhooks: [load] },
      });
      await rollout.push('loaded:2');
      await rollout.rests('Failed');
      expect(rollout.primaryImage).toBe('loaded:1');
      const reason = 'failed since the last call: none of 2 requests was answered: ECONNREFUSED';
      const halts = rollout.told.filter((text) => text.startsWith('Halt'));
      expect(halts).toEqual(
        halts.map(() => `Halt loaded.test advancement external check load-test failed ${reason}`),
      );
      expect(rollout.told).toContain('Rolling back loaded.test failed checks threshold reached 2');

      const good = { ...load, metadata: { ...load.metadata, ignoreFailure: 'true' } };
      await rollout.amend({ spec: { analysis: { stepWeight: 50, maxWeight: 50, webhooks: [good] } } });
      await rollout.push('loaded:3');
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('loaded:3');
    },
    TIMEOUT,
  );

  it.concurrent(
    'a rollback hook that says yes ends the run',
    async () => {
      const w = await world.started();
      w.web.reply('/rollback', 403);
      const webhooks = [{ name: 'panic', type: 'rollback', url: `${w.web.url}/rollback` }];
      const { rollout } = await install({ name: 'panicky', analysis: { ...LONG, webhooks } });
      await rollout.push('panicky:2');
      await rollout.tells('Advance panicky.test canary weight 20');
      await rollout.comes('has asked the hook', () => w.web.at('/rollback').length > 0);
      w.web.reply('/rollback', 200);
      await rollout.rests('Failed');
      expect(rollout.run.slice(-3)).toEqual([
        'Rollback check panic passed',
        'Rolling back panicky.test manual webhook invoked',
        'Canary failed! Scaling down panicky.test',
      ]);
    },
    TIMEOUT,
  );

  it.concurrent(
    'an event hook of its own gets every event, and the one of the controller none of them',
    async () => {
      const w = await world.started();
      const webhooks = [
        { name: 'audit', type: 'event', url: `${w.web.url}/audit`, metadata: { team: 'payments' } },
        { name: 'after', type: 'post-rollout', url: `${w.web.url}/after` },
      ];
      const { rollout } = await install({ name: 'audited', analysis: { webhooks } });
      await rollout.push('audited:2');
      await rollout.rests('Succeeded');
      const sent = w.web.at('/audit').map((body) => textAt(body, 'metadata', 'eventMessage'));
      expect(sent.filter((text) => !text.includes(' not ready: '))).toEqual(rollout.told);
      const hooked = w.web
        .at('/audit')
        .filter((body) => textAt(body, 'metadata', 'eventMessage').startsWith('Post-rollout'));
      expect(hooked).toEqual([
        {
          name: 'audited',
          namespace: NAMESPACE,
          phase: 'Succeeded',
          checksum: expect.any(String),
          metadata: {
            eventMessage: 'Post-rollout check after passed',
            eventType: 'Normal',
            timestamp: expect.stringMatching(/^\d{13}$/),
            team: 'payments',
          },
        },
      ]);
      expect(w.web.at('/all-events').filter((body) => textAt(body, 'name') === 'audited')).toEqual([]);
      expect(w.web.at('/after').map((body) => textAt(body, 'phase'))).toEqual(['Succeeded']);
    },
    TIMEOUT,
  );
});

describe('Slack', () => {
  it.concurrent(
    'is told of a promotion and of a rollback, as it always was',
    async () => {
      const { w, rollout } = await install({ name: 'chatty' });
      await rollout.push('chatty:2');
      await rollout.rests('Succeeded');
      w.metrics.say('chatty', 42);
      await rollout.push('chatty:3');
      await rollout.rests('Failed', { since: rollout.applied });
      const cluster = field('Cluster', 'production');
      const details = [
        cluster,
        field('Target', 'Deployment/chatty.test'),
        field('Failed checks threshold', '2'),
        field('Progress deadline', '60s'),
        field('Traffic routing', 'Weight step: 50 max: 50'),
      ];
      const revision = 'New revision detected, progressing canary analysis.';
      const promoted = 'Canary analysis completed successfully, promotion finished.';
      expect(slackOf(w, 'chatty')).toEqual([
        slackMessage('chatty', 'New Deployment detected, initialization completed.', 'good', details),
        slackMessage('chatty', revision, 'good', details),
        slackMessage('chatty', promoted, 'good', [cluster]),
        slackMessage('chatty', revision, 'good', details),
        slackMessage('chatty', 'Failed checks threshold reached 2', 'danger', [cluster]),
      ]);
    },
    TIMEOUT,
  );
});

describe('another revision', () => {
  it.concurrent(
    'during analysis starts it again',
    async () => {
      const { rollout } = await install({ name: 'again', analysis: LONG });
      await rollout.push('again:2');
      await rollout.tells('Advance again.test canary weight 40');
      await rollout.push('again:3');
      await rollout.tells('New revision detected! Restarting analysis for again.test');
      await rollout.comes('starts from nothing', () => Number(rollout.weight) <= 20);
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('again:3');
    },
    TIMEOUT,
  );

  it.concurrent(
    'that is the promoted one ends the run, and traffic goes home',
    async () => {
      const { rollout } = await install({ name: 'regret', analysis: LONG });
      await rollout.push('regret:2');
      await rollout.tells('Advance regret.test canary weight 40');
      await rollout.push('regret:1');
      await rollout.tells('Canary run cancelled, regret.test is back on the promoted revision');
      await rollout.rests('Succeeded');
      expect(rollout.routed).toBe(0);
      expect(rollout.primaryImage).toBe('regret:1');
    },
    TIMEOUT,
  );
});

describe('by hand', () => {
  it.concurrent(
    'a weight that somebody sets is gone on from',
    async () => {
      const { w, rollout } = await install({ name: 'handmade', analysis: LONG });
      await rollout.push('handmade:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      const [route] = valueAt(w.get('VirtualService', 'handmade'), 'spec', 'http') as Record<
        string,
        unknown
      >[];
      const [primary, canary] = route?.['route'] as Record<string, unknown>[];
      const edited = [
        {
          ...route,
          route: [
            { ...primary, weight: 40 },
            { ...canary, weight: 60 },
          ],
        },
      ];
      await w.patch('VirtualService', 'handmade', { spec: { http: edited } });
      await rollout.rests('Succeeded');
      expect(rollout.run.slice(2, 6)).toEqual([
        'Advance handmade.test canary weight 20',
        'Going on from canary weight 60, set by hand for handmade.test',
        'Advance handmade.test canary weight 80',
        'Copying handmade.test template spec to handmade-primary.test',
      ]);
    },
    TIMEOUT,
  );

  it.concurrent(
    'a weight that somebody sets at rest is put back',
    async () => {
      const { w, rollout } = await install({ name: 'tidy' });
      const [route] = valueAt(w.get('VirtualService', 'tidy'), 'spec', 'http') as Record<string, unknown>[];
      const [primary, canary] = route?.['route'] as Record<string, unknown>[];
      const edited = [
        {
          ...route,
          route: [
            { ...primary, weight: 40 },
            { ...canary, weight: 60 },
          ],
        },
      ];
      await w.patch('VirtualService', 'tidy', { spec: { http: edited } });
      await rollout.comes('has its traffic back', () => rollout.routed === 0);
      expect(rollout.phase).toBe('Initialized');
    },
    TIMEOUT,
  );

  it.concurrent(
    'a suspended Canary does nothing until it is resumed',
    async () => {
      const { rollout } = await install({ name: 'asleep', spec: { suspend: false } });
      await rollout.amend({ spec: { suspend: true } });
      await rollout.push('asleep:2');
      await rollout.tells('skipping canary run as object is suspended');
      expect([rollout.phase, rollout.targetReplicas]).toEqual(['Initialized', 0]);
      await rollout.amend({ spec: { suspend: false } });
      await rollout.rests('Succeeded');
    },
    TIMEOUT,
  );
});

const withKubectl = hasKubectl ? describe : describe.skip;

withKubectl('kubectl', () => {
  const annotate = async (rollout: Rollout, verb: string, more = ''): Promise<unknown> => {
    const w = await world.started();
    const value = `serin.dev/${verb}=${rollout.applied}${more}`;
    return w.kubectl('annotate', '--overwrite', 'canary', rollout.name, value);
  };

  it.concurrent(
    'annotate: aborts a run, runs the revision again, and promotes it without more checks',
    async () => {
      const { w, rollout } = await install({ name: 'ordered', analysis: { ...LONG, stepWeight: 10 } });
      await rollout.push('ordered:2');
      await rollout.tells('Advance ordered.test canary weight 10');
      await annotate(rollout, 'abort');
      await rollout.rests('Failed');
      expect(rollout.told).toContain('Rolling back ordered.test aborted by hand');
      await annotate(rollout, 'retry');
      await rollout.reaches('Progressing');
      await rollout.comes('has ten percent', () => rollout.routed === 10);
      w.metrics.say('ordered', 1);
      await annotate(rollout, 'promote');
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('ordered:2');
    },
    TIMEOUT,
  );

  it.concurrent(
    'annotate: a pause holds the position for as long as it stands',
    async () => {
      const { w, rollout } = await install({ name: 'paused', analysis: LONG });
      await rollout.push('paused:2');
      await rollout.tells('Advance paused.test canary weight 20');
      await annotate(rollout, 'pause');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const held = rollout.weight;
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(rollout.weight).toBe(held);
      expect(rollout.phase).toBe('Progressing');
      await w.kubectl('annotate', 'canary', 'paused', 'serin.dev/pause-');
      await rollout.rests('Succeeded');
    },
    TIMEOUT,
  );

  it.concurrent(
    'describe shows the story as Events',
    async () => {
      const { w, rollout } = await install({ name: 'described' });
      await rollout.push('described:2');
      await rollout.rests('Succeeded');
      const shown = await w.kubectl('describe', 'canary', 'described');
      const lines = shown.split('\n').filter((line) => /^ {2}(Normal|Warning) {2}/.test(line));
      expect(lines.filter((line) => !/^ {2}\w+ +Synced +\S+.* flagger +\S/.test(line))).toEqual([]);
      for (const text of rollout.told) expect(shown).toContain(text);
      const columns = await w.kubectl('get', 'canary', 'described');
      expect(columns.split('\n')[0]?.split(/ {2,}/)).toEqual([
        'NAME',
        'STATUS',
        'WEIGHT',
        'LASTTRANSITIONTIME',
      ]);
      expect(columns).toMatch(/described +Succeeded +0 +\d{4}-\d\d-\d\dT/);
    },
    TIMEOUT,
  );
});
