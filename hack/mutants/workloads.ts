/** Faults in what a workload has beside its pods, an autoscaler, and its traffic beside a weight, visitors who are kept. */
import type { FEATURES, Fault, Mutant, Proof } from './mutant.ts';

const CONVERGE = 'src/core/converge.ts';
const COOKIES = 'src/core/affinity.ts';
const AFFINITY: Proof = { file: 'test/unit/traffic/affinity.test.ts' };
const KEDA = 'src/targets/scaled-object.ts';
const KEDA_TEST = 'test/unit/targets/scaled-object.test.ts';
const DAEMONSET = 'src/targets/daemonset.ts';
const FIRST_REQUESTS: Proof = {
  file: 'test/unit/controller/perform.test.ts',
  name: 'a Service that gets its first requests',
};
const AUTOSCALERS: Proof = { file: 'test/unit/targets/autoscalers.test.ts' };
const DAEMONSET_TICKS = 'test/scenario/daemonset.test.ts';
const DAEMONSETS = 'test/unit/targets/daemonset.test.ts';

function breaks(
  id: `invariant ${number}` | (typeof FEATURES)[number],
  what: string,
  test: Proof,
  fault: Fault,
): Mutant {
  return { id, what, test, ...fault };
}

export const WORKLOAD_MUTANTS: readonly Mutant[] = [
  breaks(
    'invariant 19',
    'a promotion that ends while the primary is not scaled as it should be',
    { slice: 'an autoscaled primary', invariant: 19 },
    {
      file: CONVERGE,
      find: "return wanting ? [{ kind: 'write-autoscaler' }] : [];",
      replace: "return wanting && !isPromoting(status) ? [{ kind: 'write-autoscaler' }] : [];",
    },
  ),
  breaks(
    'invariant 20',
    'an autoscaler for a primary that is not there',
    { slice: 'an autoscaled primary', invariant: 20 },
    {
      file: CONVERGE,
      find: 'const wanting = observed.primary !== undefined && !observed.autoscaler;',
      replace: 'const wanting = !observed.autoscaler;',
    },
  ),
  breaks(
    'invariant 20',
    'two autoscalers on one primary',
    { slice: 'another autoscaler', invariant: 20 },
    {
      file: 'src/core/decide.ts',
      find: 'if (status.autoscaler !== spec.autoscaler && !observed.formerAutoscaler)',
      replace: 'if (status.autoscaler !== spec.autoscaler)',
    },
  ),
  breaks(
    'autoscaler',
    'an edit that reaches the copy with the next promotion only (M64)',
    { file: 'test/unit/core/decide.test.ts' },
    {
      file: CONVERGE,
      find: 'return wanting ? [',
      replace: 'return wanting && isPromoting(status) ? [',
    },
  ),
  breaks('autoscaler', 'fields newer than this program are dropped (M56)', AUTOSCALERS, {
    file: 'src/targets/horizontal-pod-autoscaler.ts',
    find: "({ ...tree(original['spec']), ...ref.bounds })",
    replace: "({ metrics: tree(original['spec'])['metrics'], ...ref.bounds })",
  }),
  breaks(
    'autoscaler',
    'a copy that is paused with the original',
    { file: KEDA_TEST, name: 'with everything else it says' },
    { file: KEDA, find: "['autoscaling.keda.sh/paused', ", replace: '[' },
  ),
  breaks(
    'autoscaler',
    'a copy that asks about the canary',
    { file: KEDA_TEST },
    { file: KEDA, find: "change(metadata, 'query', (query) => renamed(query, target))", replace: 'metadata' },
  ),
  breaks(
    'autoscaler',
    'at rest although KEDA may wake it',
    { file: KEDA_TEST, name: 'and a target is awake' },
    {
      file: 'src/targets/workload.ts',
      find: 'return rests ? scaled || !paused : scaled && !paused;',
      replace: 'return scaled;',
    },
  ),
  breaks('autoscaler', 'a target woken with as many as the primary has', AUTOSCALERS, {
    file: 'src/targets/deployment.ts',
    find: 'if (least !== undefined) return Math.max(1, least);',
    replace: '',
  }),
  breaks(
    'DaemonSet',
    'its deadline runs on while pods come up (M12)',
    { file: DAEMONSETS, name: 'begins again with every pod' },
    { file: DAEMONSET, find: 'return further ? seen : before;', replace: 'return before ?? seen;' },
  ),
  breaks(
    'DaemonSet',
    'a pod that comes and goes keeps the deadline away',
    { file: DAEMONSETS, name: 'does not begin again with a pod that comes and goes' },
    { file: DAEMONSET, find: 'seen.done > before.done', replace: 'seen.done !== before.done' },
  ),
  breaks(
    'DaemonSet',
    'since when it stands still is forgotten with the process',
    { file: 'test/unit/core/decide.test.ts', name: 'and stands still, is remembered' },
    { file: 'src/core/decide.ts', find: 'if (hasProgressed(s)) return record(s, {});', replace: '' },
  ),
  breaks(
    'DaemonSet',
    'a primary that is taken over stays at nothing (M13)',
    { file: DAEMONSET_TICKS, name: 'keeps at rest what parks it' },
    {
      file: 'src/targets/workload.ts',
      find: "canary.status.origin === 'ours' && runsNowhere(primary)",
      replace: "canary.status.origin === 'new' && runsNowhere(primary)",
    },
  ),
  breaks(
    'DaemonSet',
    'one that is to be given traffic stays at nothing',
    { file: DAEMONSET_TICKS, name: '10.1.20' },
    {
      file: DAEMONSET,
      find: "[SCALED_TO_NOTHING]: up ? null : 'true'",
      replace: "[SCALED_TO_NOTHING]: up ? 'true' : 'true'",
    },
  ),
  breaks(
    'DaemonSet',
    'what parks the target reaches the primary (M13)',
    { file: DAEMONSETS, name: 'never reaches a primary' },
    { file: 'src/targets/record.ts', find: '...unparked(rest), metadata', replace: '...rest, metadata' },
  ),
  breaks(
    'DaemonSet',
    'the primary is measured in the place of the canary (M30)',
    { file: 'test/unit/metrics/builtin.test.ts', name: 'are counted without those of the primary' },
    {
      file: 'src/metrics/builtin.ts',
      find: "return targetKind === 'DaemonSet' ? httpOfDaemonSet : http;",
      replace: 'return targetKind === undefined ? httpOfDaemonSet : http;',
    },
  ),
  breaks(
    'Service',
    'an upgrade of the cluster is a release',
    { file: 'test/contract/targets.test.ts', name: 'keeps its revision through an upgrade' },
    {
      file: 'src/api/service-copy.ts',
      find: 'filter(([field, value]) => value !== DEFAULTS[field])',
      replace: 'filter(() => true)',
    },
  ),
  breaks(
    'Service',
    'its primary follows it without a promotion',
    { file: 'test/unit/targets/service.test.ts', name: 'has a canary Service that follows' },
    {
      file: 'src/traffic/services.ts',
      find: 'if (service !== undefined)\n    return',
      replace: 'if (service === null)\n    return',
    },
  ),
  breaks(
    'invariant 21',
    'another cookie with every step',
    { slice: 'visitors kept by cookies', invariant: 21 },
    { file: COOKIES, find: 'canary: canary ?? `', replace: 'canary: `' },
  ),
  breaks(
    'invariant 21',
    'a cookie that nobody takes back',
    { slice: 'visitors kept by cookies', invariant: 21 },
    { file: COOKIES, find: 'previous: canary ?? previous', replace: 'previous' },
  ),
  breaks(
    'invariant 21',
    'the cookie that visitors have been given is not taken over',
    { slice: 'cookies taken over from Flagger', invariant: 21 },
    {
      file: COOKIES,
      find: 'return { ...remembered, ...shown };',
      replace: 'return remembered;',
    },
  ),
  breaks(
    'invariant 22',
    'a cookie in the routes before it is remembered (M27)',
    { slice: 'visitors kept by cookies', invariant: 22 },
    {
      file: COOKIES,
      find: '{ cookies: status.cookies };',
      replace: '{ cookies: { canary: `${affinity.cookieName}=early`, ...status.cookies } };',
    },
  ),
  breaks(
    'invariant 22',
    'nobody is kept who was not from the start',
    { slice: 'visitors kept or not', invariant: 22 },
    {
      file: 'src/core/decide.ts',
      find: 'if (lacksCookies(spec, status)) return record(s, {});',
      replace: '',
    },
  ),
  breaks('session affinity', 'cookies of the last status in routes of the next', AFFINITY, {
    file: 'src/traffic/routes.ts',
    find: 'const service = { ...routedService(canary), cookies };',
    replace: 'const service = { ...routedService(canary), ...(cookies && {}) };',
  }),
  breaks('session affinity', 'a cookie taken back from everybody (M28)', AFFINITY, {
    file: 'src/traffic/affinity.ts',
    find: 'canary: 0, setCookie }], setCookie: {} };',
    replace: 'canary: 0, setCookie }], setCookie: { primary: setCookie } };',
  }),
  breaks('session affinity', 'a cookie taken back under other attributes', AFFINITY, {
    file: 'src/traffic/affinity.ts',
    find: 'headerOf(previous, spec, -1)',
    replace: '`${previous}; Max-Age=-1`',
  }),
  breaks(
    'invariant 23',
    'a Canary that is let go while requests are on their way to its primary',
    { slice: 'deletion with revert', invariant: 23 },
    {
      file: CONVERGE,
      find: "if (status.released === undefined) return 'note';",
      replace: "if (status.released === undefined) return 'let-go';",
    },
  ),
  breaks('traffic for nobody', 'a share for a Service without endpoints', FIRST_REQUESTS, {
    file: 'src/controller/perform.ts',
    find: 'if (!slices.ok || isServed(slices.value)) continue;',
    replace: 'if (!slices.ok || slices.value.length === 0 || isServed(slices.value)) continue;',
  }),
  breaks('traffic for nobody', 'a share for pods that are not ready', FIRST_REQUESTS, {
    file: 'src/traffic/endpoints.ts',
    find: "at(endpoint, 'conditions', 'ready') !== false",
    replace: "at(endpoint, 'conditions') !== false",
  }),
  breaks(
    'traffic for nobody',
    'routes that are in force before routers have heard of them',
    { file: 'test/unit/traffic/routes.test.ts', name: 'routes are in force' },
    {
      file: 'src/traffic/routes.ts',
      find: 'current).since, settledAt);',
      replace: 'current).since, settledAt && undefined);',
    },
  ),
];
