/** What RBAC does not allow: said with the rule to add, on the Canary it concerns; the others go on. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Program } from './harness/process.ts';
import { Rollout, type RolloutWish } from './harness/rollout.ts';
import { worlds } from './harness/shared.ts';
import { definition, deskOf, leads, type Permissions, type World } from './harness/world.ts';

const TIMEOUT = 90_000;
const USER = 'system:serviceaccount:serin-system:serin';

const started = worlds();
afterAll(() => started.stop());

interface Place {
  readonly world: World;
  readonly controller: Program;
  /** From now on nothing is denied. */
  readonly allow: () => void;
}

async function aControllerDenied(denied: Required<Permissions>['denied']): Promise<Place> {
  const world = await started.start();
  world.apply(definition('canary'), definition('metric-template'), definition('alert-provider'));
  const { account, kubeconfig } = await world.accountOf(USER, { denied });
  const controller = world.controller([`-kubeconfig=${kubeconfig}`]);
  return { world, controller, allow: () => account.deny([]) };
}

async function promotedBeside(world: World, wish: RolloutWish): Promise<void> {
  const beside = await Rollout.install(world, wish);
  await beside.push('beside:2');
  await beside.rests('Succeeded');
}

describe('what is forbidden', () => {
  it.concurrent(
    'in an action is a condition and an event with the rule, and the rollout goes on when it is allowed',
    async () => {
      const denied = [{ resources: ['virtualservices'], verbs: ['update'], resourceNames: ['barred'] }];
      const { world, allow } = await aControllerDenied(denied);
      const barred = await Rollout.install(world, { name: 'barred', provider: 'istio' });
      await barred.push('barred:2');
      const sentence = `replacing virtualservices test/barred is not allowed (403): ${USER} lacks a rule, add to its role in namespace test: {apiGroups: ["networking.istio.io"], resources: ["virtualservices"], verbs: ["update"]}`;
      await barred.tells(sentence);
      await barred.comes('has the condition', () => barred.condition('Permitted') !== undefined);
      expect(barred.condition('Permitted')).toBe(`False Forbidden: ${sentence}`);
      expect(world.events('barred').find(({ message }) => message.includes(sentence))?.type).toBe('Warning');
      await promotedBeside(world, { name: 'beside', provider: 'istio' });
      expect(barred.phase).toBe('Progressing');
      allow();
      await barred.rests('Succeeded');
      await barred.comes('has no such condition', () => barred.condition('Permitted') === undefined);
    },
    TIMEOUT,
  );

  it.concurrent(
    'to look at keeps the Canaries that need it waiting, and no others',
    async () => {
      const { world, allow } = await aControllerDenied([{ resources: ['httproutes'], verbs: ['list'] }]);
      const service = { gatewayRefs: [{ name: 'gateway', namespace: 'infra' }] };
      const blind = Rollout.apply(world, { name: 'blind', provider: 'gatewayapi:v1', service });
      const rule =
        'add to its ClusterRole: {apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: ["list"]}';
      await blind.tells(rule);
      await blind.comes('has the condition', () => blind.condition('Permitted') !== undefined);
      expect(blind.condition('Permitted')).toContain(rule);
      await promotedBeside(world, { name: 'beside', provider: 'istio' });
      expect(world.get('Deployment', 'blind-primary')).toBeUndefined();
      allow();
      await blind.comes(
        'has a route and no such condition',
        () => blind.routed !== undefined && blind.condition('Permitted') === undefined,
      );
    },
    TIMEOUT,
  );

  it.concurrent(
    'to remember is an event, since a condition is what may not be written',
    async () => {
      const denied = [{ resources: ['canaries/status'], resourceNames: ['mute'] }];
      const { world } = await aControllerDenied(denied);
      const mute = Rollout.apply(world, { name: 'mute', provider: 'istio' });
      await mute.tells('the status of mute.test could not be written: ');
      await mute.tells('{apiGroups: ["flagger.app"], resources: ["canaries/status"], verbs: ["patch"]}');
      await promotedBeside(world, { name: 'beside', provider: 'istio' });
      expect(mute.targetReplicas).toBe(2);
    },
    TIMEOUT,
  );

  it.concurrent(
    'of templates, alerts and configuration concerns only those who use some',
    async () => {
      const resources = ['metrictemplates', 'alertproviders', 'configmaps', 'secrets'];
      const { world } = await aControllerDenied([{ resources, verbs: ['list', 'watch'] }]);
      const envFrom = [{ configMapRef: { name: 'settings' } }];
      world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'test' } });
      const configured = Rollout.apply(world, {
        name: 'configured',
        provider: 'istio',
        container: { envFrom },
      });
      await configured.tells('{apiGroups: [""], resources: ["configmaps"], verbs: ["list"]}');
      const metrics = [{ name: 'mine', templateRef: { name: 'mine' }, thresholdRange: { max: 1 } }];
      const measured = await Rollout.install(world, {
        name: 'measured',
        provider: 'istio',
        analysis: { metrics },
      });
      await measured.push('measured:2');
      await measured.tells(
        'Metric template mine.test error: objects of kind MetricTemplate cannot be listed',
      );
      await promotedBeside(world, { name: 'beside', provider: 'istio' });
    },
    TIMEOUT,
  );

  it.concurrent(
    'to watch what every Canary needs keeps the controller unready, with the rule',
    async () => {
      const { world, controller, allow } = await aControllerDenied([{ resources: ['deployments'] }]);
      const rule =
        'add to its ClusterRole: {apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"]}';
      const told = (): Promise<string> =>
        fetch(`${deskOf(controller)}/readyz`).then(
          (answer) => answer.text(),
          () => '',
        );
      await world.eventually('it says so', async () => (await told()).includes(rule));
      expect(leads(controller)).toBe(false);
      allow();
      await world.eventually('it leads', () => leads(controller));
      expect(await told()).toBe('OK');
    },
    TIMEOUT,
  );
});
