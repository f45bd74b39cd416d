/** What RBAC does not allow: said with the rule to add, on the Canary it concerns; the others go on. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { definitionRules, leaseRules, workRules, type Rule } from '../../src/cli/install/rules.ts';
import type { Account, Attempt } from '../../src/sandbox/accounts.ts';
import { textAt, valueAt } from './harness/look.ts';
import type { Program } from './harness/process.ts';
import { Rollout, type RolloutWish } from './harness/rollout.ts';
import { worlds } from './harness/shared.ts';
import { definition, deskOf, leads, type Permissions, type World } from './harness/world.ts';

const TIMEOUT = 90_000;
/** Two releases, one that fails, repairs and a deletion. */
const LONG_STORY = 300_000;
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

/** Rights that no test here makes use of, and why they are given all the same. */
const UNUSED: Readonly<Record<string, string>> = {
  'update flagger.app/canaries/finalizers': 'asked by an admission plugin in the name of whoever owns',
};

/** Reading one object past a watch that has not brought what was written; the contract of the cache has the test. */
function isReadPastWatch(right: string): boolean {
  return right.startsWith('get ') && !/ (leases|secrets|configmaps)/.test(right);
}

function rights(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => rightOf({ verb, group, resource }))),
    ),
  );
}

function rightOf({ verb, group, resource }: Pick<Attempt, 'verb' | 'group' | 'resource'>): string {
  return `${verb} ${group === '' ? '' : `${group}/`}${resource}`;
}

/** Everything a controller does for Canaries of one provider: both workloads, configuration, autoscaler, template, deletion. */
async function everythingFor(world: World, provider: string): Promise<void> {
  const metadata = (name: string): object => ({ name, namespace: 'test' });
  world.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings'), data: { colour: 'red' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata('token'), data: { token: 'YQ==' } },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadata('whole'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'whole' },
        minReplicas: 2,
        maxReplicas: 4,
      },
    },
  );
  const envFrom = [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'token' } }];
  const autoscalerRef = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'whole' };
  const alerts = [{ name: 'chat', severity: 'info', providerRef: { name: 'chat' } }];
  const whole = await Rollout.install(world, {
    name: 'whole',
    provider,
    container: { envFrom },
    analysis: { alerts },
    spec: { autoscalerRef, revertOnDeletion: true },
  });
  await world.patch('ConfigMap', 'settings', { data: { colour: 'blue' } });
  const token = { type: 'kubernetes.io/basic-auth', data: { username: 'Yg==' } };
  await world.delete('Secret', 'token');
  world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: metadata('token'), ...token });
  await world.patch('HorizontalPodAutoscaler', 'whole', { spec: { maxReplicas: 5 } });
  await whole.push('whole:2');
  await whole.rests('Succeeded');
  await whole.push('whole:3');
  await whole.comes('is promoted again', () => whole.primaryImage === 'whole:3');
  await whole.rests('Succeeded');
  const everywhere = await Rollout.install(world, { name: 'everywhere', kind: 'DaemonSet', provider });
  await everywhere.push('everywhere:2');
  await everywhere.rests('Succeeded');
  await fedByKeda(world, provider);
  await world.patch('Service', 'whole-primary', { spec: { selector: { app: 'elsewhere' } } });
  await world.patch('DestinationRule', 'whole-primary', { spec: { host: 'elsewhere' } });
  await whole.comes(
    'has put back what others changed',
    () =>
      textAt(world.get('Service', 'whole-primary'), 'spec', 'selector', 'app') === 'whole-primary' &&
      textAt(world.get('DestinationRule', 'whole-primary'), 'spec', 'host') === 'whole-primary',
  );
  const metrics = [{ name: 'mine', templateRef: { name: 'mine' }, thresholdRange: { max: 1 } }];
  await whole.amend({ spec: { autoscalerRef: null, analysis: { metrics } } });
  await whole.comes(
    'has no autoscaler of its own any more',
    () => world.get('HorizontalPodAutoscaler', 'whole-primary') === undefined,
  );
  await whole.push('whole:4');
  await whole.rests('Failed');
  await world.delete('Canary', 'whole');
  await world.eventually('it is gone', () => world.get('Canary', 'whole') === undefined);
}

async function fedByKeda(world: World, provider: string): Promise<void> {
  const spec = { autoscalerRef: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'fed' } };
  world.apply({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'fed', namespace: 'test' },
    spec: { scaleTargetRef: { name: 'fed' }, triggers: [] },
  });
  const fed = await Rollout.install(world, { name: 'fed', provider, spec });
  await world.patch('ScaledObject', 'fed', { spec: { maxReplicaCount: 5 } });
  const copy = (): unknown => world.get('ScaledObject', 'fed-primary');
  await fed.comes('follows', () => valueAt(copy(), 'spec', 'maxReplicaCount') === 5);
  await fed.amend({ spec: { autoscalerRef: null } });
  await fed.comes('has no copy any more', () => copy() === undefined);
}

interface Given {
  readonly world: World;
  readonly account: Account;
  readonly controller: Program;
}

/** A controller that may do this, and nothing else. */
async function aControllerGranted(
  rules: readonly Rule[],
  options: { readonly namespace?: string; readonly flags?: readonly string[] },
): Promise<Given> {
  const world = await started.start();
  const { namespace, flags = [] } = options;
  const grants =
    namespace === undefined
      ? [{ rules: [...rules, ...definitionRules()] }, { rules: leaseRules(), namespace: 'kube-system' }]
      : [{ rules: [...rules, ...leaseRules()], namespace }];
  const { account, kubeconfig } = await world.accountOf(USER, { grants });
  const controller = world.controller([`-kubeconfig=${kubeconfig}`, ...flags]);
  return { world, account, controller };
}

describe('the permissions that are asked for', () => {
  it.concurrent(
    'are enough for everything, and all of them are used',
    async () => {
      const rules = workRules({ providers: ['istio'], trackConfigs: true, secretNames: [] });
      const { world, account, controller } = await aControllerGranted(rules, {});
      await world.eventually('it leads', () => leads(controller));
      await everythingFor(world, 'istio');
      expect(controller.text()).not.toContain('is not allowed');
      const used = new Set(account.attempts.map(rightOf));
      const given = rights([...rules, ...leaseRules(), ...definitionRules()]);
      const idle = given.filter(
        (right) => !used.has(right) && UNUSED[right] === undefined && !isReadPastWatch(right),
      );
      expect(idle).toEqual([]);
      expect([...used].filter((right) => !given.includes(right))).toEqual([]);
    },
    LONG_STORY,
  );

  it.concurrent(
    'are enough in one namespace, without any right in the cluster',
    async () => {
      const rules = workRules({ providers: ['gatewayapi:v1'], trackConfigs: true, secretNames: [] });
      const flags = ['-namespace=test', '-install-crds=false'];
      const { world, controller } = await aControllerGranted(rules, { namespace: 'test', flags });
      world.apply(definition('canary'), definition('metric-template'), definition('alert-provider'));
      const service = { gatewayRefs: [{ name: 'gateway', namespace: 'infra' }] };
      const local = await Rollout.install(world, { name: 'local', provider: 'gatewayapi:v1', service });
      await local.push('local:2');
      await local.rests('Succeeded');
      expect(controller.text()).not.toContain('is not allowed');
    },
    TIMEOUT,
  );

  it.concurrent(
    'are enough without tracking, where Secrets are read by name only',
    async () => {
      const needs = { providers: ['kubernetes'], trackConfigs: false, secretNames: ['key'] };
      const { world, account, controller } = await aControllerGranted(workRules(needs), {
        flags: ['-enable-config-tracking=false'],
      });
      await world.eventually('it leads', () => leads(controller));
      const envFrom = [{ configMapRef: { name: 'settings' } }];
      const analysis = { iterations: 1, metrics: [] };
      const plain = await Rollout.install(world, {
        name: 'plain',
        provider: 'kubernetes',
        container: { envFrom },
        analysis,
      });
      await plain.push('plain:2');
      await plain.rests('Succeeded');
      expect(controller.text()).not.toContain('is not allowed');
      const configuration = account.attempts.filter(({ resource }) =>
        /^(configmaps|secrets)$/.test(resource),
      );
      expect(configuration).toEqual([]);
    },
    TIMEOUT,
  );
});
