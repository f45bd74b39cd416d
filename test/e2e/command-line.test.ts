/** The command line as people use it: the shipped program, against a cluster with a controller. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { textAt, valueAt } from './harness/look.ts';
import { Rollout, type RolloutWish } from './harness/rollout.ts';
import { aWorld, worlds } from './harness/shared.ts';
import { definition, type World } from './harness/world.ts';

const TIMEOUT = 90_000;
const LONG = { stepWeight: 10, maxWeight: 80, threshold: 50 };

const world = aWorld();
const others = worlds();
afterAll(async () => {
  await world.stop();
  await others.stop();
});

async function install(wish: Omit<RolloutWish, 'provider'>): Promise<{ w: World; rollout: Rollout }> {
  const w = await world.started();
  return { w, rollout: await Rollout.install(w, { provider: 'istio', ...wish }) };
}

describe('serin get and why', () => {
  it.concurrent(
    'list a Canary, explain it, and follow it by a watch until it is over',
    async () => {
      const { w, rollout } = await install({ name: 'told', analysis: { ...LONG, stepWeight: 40 } });
      const watching = w.serinRunning('get', 'told', '-n', 'test', '--watch');
      await w.eventually('the watch shows what there is', () => watching.text().includes('Initialized'));
      await rollout.push('told:2');
      await rollout.tells('Advance told.test canary weight 40');
      const why = await w.serin(['why', 'told', '-n', 'test', '--events', '50']);
      expect(why.stdout).toMatch(
        /^told in namespace test \(deployment told\) is Progressing: revision 1-[0-9a-f]+ is being analysed and has \d0% of traffic; the primary runs 1-[0-9a-f]+\.\nIt waits for .* since \d{4}-/,
      );
      expect(why.stdout).toContain('New revision detected! Scaling up told.test');
      expect(why.stdout).toContain('  serin abort told -n test ');
      expect([why.status, why.stderr]).toEqual([0, '']);
      await rollout.rests('Succeeded');
      await w.eventually('the watch shows the end', () => /told +Succeeded +0%/.test(watching.text()));
      const shown = watching.text().split('\n');
      expect(shown[0]).toMatch(/^NAME +PHASE +WEIGHT +TARGET +SINCE +WAITING FOR$/);
      for (const weight of ['40%', '80%']) expect(watching.text()).toContain(weight);
      expect(new Set(shown).size).toBe(shown.length);
      await watching.kill('SIGTERM');

      const json = JSON.parse((await w.serin(['get', '-A', '--output', 'json'])).stdout) as unknown;
      const canaries = valueAt(json, 'canaries') as readonly unknown[];
      const one = canaries.find((canary) => textAt(canary, 'name') === 'told');
      expect(one).toMatchObject({
        namespace: 'test',
        phase: 'Succeeded',
        canaryWeight: 0,
        target: { kind: 'Deployment', name: 'told' },
        waitingFor: { kind: 'revision', text: 'a new revision', since: expect.stringMatching(/Z$/) },
      });
    },
    TIMEOUT,
  );

  it.concurrent(
    'are a sentence and exit status 1 where there is no such Canary, no right to read, no definition or no server',
    async () => {
      const w = await world.started();
      const grants = [{ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }];
      const { kubeconfig } = await w.accountOf('system:serviceaccount:test:reader', { grants });
      const bare = await others.start();
      const failures = [
        await w.serin(['why', 'nobody', '-n', 'test']),
        await w.serin(['get', '-n', 'test'], kubeconfig),
        await w.serin(['why', 'told', '-n', 'test'], kubeconfig),
        await bare.serin(['get', '-A']),
        await w.serin(['get'], '/nonexistent/kubeconfig'),
      ];
      expect(failures.map(({ status, stdout }) => [status, stdout])).toEqual(failures.map(() => [1, '']));
      expect(failures.map(({ stderr }) => stderr)).toEqual([
        'error: there is no Canary nobody in namespace test; get -A lists those there are\n',
        expect.stringMatching(/^error: listing canaries is not allowed \(403\): .*reader lacks a rule.*\n$/),
        expect.stringMatching(/^error: reading canaries test\/told is not allowed \(403\): .*\n$/),
        expect.stringMatching(/^error: this cluster knows no Canaries; serin install --crds .*\n$/),
        expect.stringMatching(/^error: .*\n$/),
      ]);
    },
    TIMEOUT,
  );

  it.concurrent(
    'are exit status 2 where they are called wrongly',
    async () => {
      const w = await world.started();
      const wrong = [
        ['why'],
        ['get', '--watched'],
        ['get', '-A', '-n', 'test'],
        ['get', '-o', 'xml'],
        ['abort', 'a', 'b'],
        ['abort', 'a', '--timeout', 'soon'],
      ];
      for (const words of wrong) {
        const { status, stderr } = await w.serin(words);
        expect([words, status]).toEqual([words, 2]);
        expect(stderr).toMatch(/^error: /);
      }
    },
    TIMEOUT,
  );
});

describe('the status', () => {
  it.concurrent(
    'says what a rollout waits for that does not go as planned, and what the last decision rests on',
    async () => {
      const { w, rollout } = await install({ name: 'halting', analysis: LONG });
      w.metrics.say('halting', 95.14);
      await rollout.push('halting:2');
      await rollout.tells('Halt halting.test advancement success rate 95.14% < 99%');
      const why = (await w.serin(['why', 'halting', '-n', 'test'])).stdout;
      expect(why).toMatch(
        /The last decision, \S+Z \(\d+s ago\):\n {2}Halt halting\.test advancement success rate 95\.14% < 99%\n/,
      );
      expect(why).toMatch(/metric request-success-rate {2}95\.14%, allowed from 99\.00% {2}failed\n/);

      await rollout.push('halting:broken');
      const waitingFor = (member: string): string =>
        textAt(rollout.canary, 'status', 'serin', 'waitingFor', member);
      await rollout.comes('waits for its pods', () =>
        /^the target: waiting for rollout/.test(waitingFor('text')),
      );
      expect(rollout.condition('Waiting')).toMatch(/^True Workload: waiting for the target: /);
      expect(Date.now() - Date.parse(waitingFor('since'))).toBeGreaterThan(4_000);
      expect(valueAt(rollout.canary, 'status', 'serin', 'evidence', 'checks')).toEqual([]);
      const version = textAt(rollout.canary, 'metadata', 'resourceVersion');
      await new Promise((resolve) => setTimeout(resolve, 6_500));
      expect(textAt(rollout.canary, 'metadata', 'resourceVersion')).toBe(version);
    },
    TIMEOUT,
  );
});

describe('serin abort, retry, promote, pause and resume', () => {
  it.concurrent(
    'steer a run: back, again, and through',
    async () => {
      const { w, rollout } = await install({ name: 'steered', analysis: LONG });
      const order = (...words: readonly string[]): ReturnType<World['serin']> =>
        w.serin([...words, 'steered', '-n', 'test', '--wait']);
      await rollout.push('steered:2');
      await rollout.tells('Advance steered.test canary weight 10');

      const aborted = await order('abort');
      expect([aborted.status, aborted.stderr]).toEqual([0, '']);
      expect(aborted.stdout).toMatch(
        /^steered\.test: serin\.dev\/abort is set to 1-[0-9a-f]+, and taken up: traffic goes back/,
      );
      expect(rollout.phase).toBe('Failed');
      expect((await order('abort')).stderr).toBe(
        'error: steered in namespace test is Failed and has no run to abort\n',
      );

      expect((await order('retry')).status).toBe(0);
      await rollout.comes('has ten percent again', () => rollout.weight === 10);
      expect((await order('abort')).status).toBe(0);
      expect((await order('retry')).stdout).toMatch(/serin\.dev\/retry is set to 1-[0-9a-f]+\/20\d\d-/);
      await rollout.comes('has twenty percent', () => rollout.weight === 20);

      w.metrics.say('steered', 1);
      expect((await order('promote')).status).toBe(0);
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('steered:2');
    },
    TIMEOUT,
  );

  it.concurrent(
    'pause a run until it is resumed, and the status says so without being written again and again',
    async () => {
      const { w, rollout } = await install({ name: 'resting', analysis: LONG });
      const order = (verb: string): ReturnType<World['serin']> =>
        w.serin([verb, 'resting', '-n', 'test', '--wait']);
      await rollout.push('resting:2');
      await rollout.tells('Advance resting.test canary weight 10');
      const paused = await order('pause');
      expect([paused.status, paused.stderr]).toEqual([0, '']);
      const weight = rollout.weight;
      expect(rollout.condition('Waiting')).toBe('True Resume: waiting for somebody to resume it');
      const version = textAt(rollout.canary, 'metadata', 'resourceVersion');
      await new Promise((resolve) => setTimeout(resolve, 6_500));
      expect([rollout.weight, textAt(rollout.canary, 'metadata', 'resourceVersion')]).toEqual([
        weight,
        version,
      ]);
      const why = await w.serin(['why', 'resting', '-n', 'test']);
      expect(why.stdout).toMatch(
        /It waits for somebody to resume it since \S+Z \(\d+s\)\.\nIt is paused by hand\./,
      );
      expect(why.stdout).toContain('  serin resume resting -n test ');
      expect((await order('resume')).status).toBe(0);
      await rollout.comes('goes on', () => rollout.weight !== weight);
      expect(rollout.condition('Waiting')).toBeUndefined();
    },
    TIMEOUT,
  );

  it.concurrent(
    'say that nobody has taken an order up, and name the rule that whoever gives it lacks',
    async () => {
      const w = await others.start();
      for (const name of ['canary', 'metric-template', 'alert-provider'] as const) w.apply(definition(name));
      w.apply({
        apiVersion: 'flagger.app/v1beta1',
        kind: 'Canary',
        metadata: { name: 'alone', namespace: 'test' },
        spec: {
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'alone' },
          service: { port: 80 },
          analysis: { interval: '1m', threshold: 1, stepWeight: 50, maxWeight: 50 },
        },
      });
      expect((await w.serin(['abort', 'alone', '-n', 'test'])).stderr).toBe(
        'error: alone in namespace test is new and has no run to abort\n',
      );
      const serin = { step: 0, mirrored: false, mark: 1, changedAt: 1, phaseSince: 1, plan: '' };
      const status = { phase: 'Progressing', lastAppliedSpec: '1-ab', canaryWeight: 20, serin };
      await w.patchStatus('Canary', 'alone', status);
      const unheard = await w.serin(['abort', 'alone', '-n', 'test', '--wait', '--timeout', '500ms']);
      expect([unheard.status, unheard.stdout]).toEqual([1, '']);
      expect(unheard.stderr).toMatch(
        /^error: serin\.dev\/abort is set to 1-ab, and no controller has taken it up within 500ms; serin why alone/,
      );
      expect(valueAt(w.get('Canary', 'alone'), 'metadata', 'annotations')).toEqual({
        'serin.dev/abort': '1-ab',
      });

      const rules = [
        { apiGroups: ['flagger.app'], resources: ['canaries'], verbs: ['get', 'list', 'watch'] },
      ];
      const { kubeconfig } = await w.accountOf('system:serviceaccount:test:viewer', { grants: [{ rules }] });
      const refused = await w.serin(['promote', 'alone', '-n', 'test'], kubeconfig);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toMatch(
        /^error: patching canaries test\/alone is not allowed \(403\): .*viewer lacks a rule.*verbs: \["patch"\]/,
      );
    },
    TIMEOUT,
  );
});
