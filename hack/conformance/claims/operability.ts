/** Defects of cost and operation: calls, events, upgrades, permissions, other people's objects. */
import type { Claim } from '../claim.ts';

const CONTROLLER = 'test/contract/controller.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';
const ANNOUNCER = 'test/unit/controller/announcer.test.ts';
const AUTOSCALERS = 'test/unit/targets/autoscalers.test.ts';
const KINDS = 'test/contract/targets.test.ts';

export const OPERABILITY_DEFECTS: readonly Claim[] = [
  {
    id: 'M50',
    says: 'a Canary at rest costs the API server nothing',
    tests: {
      [CONTROLLER]: [
        'the controller answers for its health and counts, and asks nothing of the API server while everything rests',
      ],
    },
    mutants: ['drop-in: a write with every look at rest (M50)'],
  },
  {
    id: 'M51',
    says: 'a push is noticed at once, whatever the interval, and states that wait for nothing do not take one',
    tests: {
      'test/unit/controller/canary-index.test.ts': [
        'the index of Canaries knows whom a target concerns before anybody has looked at it',
        'the index of Canaries knows whom an object of the last look concerns, and forgets those of the look before',
      ],
      'test/unit/core/gates.test.ts': ['what is asked before a run whether it may begin'],
    },
    mutants: ['drop-in: a push that is noticed at the next look (M51)'],
  },
  {
    id: 'M52',
    says: 'no more rollouts run at once than somebody wants',
    open: 'not in scope yet',
    because: 'neither a limit nor an order among Canaries is part of the compatible work',
  },
  {
    id: 'M53',
    says: 'what stands is told once or once an interval, and does not crowd out what matters',
    tests: {
      [ANNOUNCER]: [
        'the announcer sends a notice at once when it is new, and once per interval while it stays',
        'the announcer does not let notices pile up behind a messenger that hangs, ahead of news that matters',
      ],
      'test/contract/adapters/events.test.ts': [
        'a notice that is repeated is one Event that counts, for one call each',
      ],
    },
    mutants: ['drop-in: what stands is told with every pass (M53)'],
    differs: 'the reason of an event stays Synced, which people filter by',
  },
  {
    id: 'M54',
    says: 'events, alerts and their hooks hold no pass up, and are told all the same after a crash',
    tests: {
      [ANNOUNCER]: [
        'the announcer returns at once and keeps the order while a messenger is slow',
        'the announcer leaves in the outbox what a process that stops has not told',
        'the announcer crosses off nothing that is still being told',
      ],
    },
    mutants: ['news crossed off before it is told'],
  },
  {
    id: 'M55',
    says: 'connections are shared, also where certificates are not verified',
    tests: {
      'test/contract/adapters/http.test.ts': [
        'certificates that are not verified still share one connection',
      ],
    },
    mutants: ['drop-in: a connection for every call (M55)'],
  },
  {
    id: 'M56',
    says: 'fields that this program does not know survive its writes',
    tests: {
      'test/contract/traffic.test.ts': [
        'traffic provider istio keeps annotations, labels and fields that others wrote',
        'traffic provider gatewayapi keeps annotations, labels and fields that others wrote',
        'traffic provider traefik keeps annotations, labels and fields that others wrote',
        'traffic provider nginx keeps annotations, labels and fields that others wrote',
        'traffic provider contour keeps annotations, labels and fields that others wrote',
        'traffic provider smi keeps annotations, labels and fields that others wrote',
        'traffic provider kubernetes keeps annotations, labels and fields that others wrote',
        'traffic provider gatewayapi renders existing-route as on record',
      ],
      'test/unit/traffic/existing-route.test.ts': [
        'a route of the user’s on gatewayapi:v1 (fluxcd/flagger#1857, #1889, #1175, #715) …',
        'a route of the user’s on istio (fluxcd/flagger#1857, #1889, #1175, #715) …',
        'a route of the user’s on traefik (fluxcd/flagger#1857, #1889, #1175, #715) …',
        'rules of an HTTPRoute of the user’s (fluxcd/flagger#1737, #1488) keep filters, conditions and other backends; those that lead elsewhere are left as they are',
        'an A/B test on a route of the user’s …',
      ],
      [AUTOSCALERS]: ['the HPA of a primary says what the target’s says, about the primary'],
      'test/contract/adapters/objects.test.ts': [
        'objects are created, read, replaced and deleted, with every field kept',
      ],
    },
    mutants: [
      'autoscaler: fields newer than this program are dropped (M56)',
      'drop-in: other backends lose their share (M56)',
      'drop-in: a rule of ours that is left behind (M56)',
      'drop-in: a rule of the user’s that is lost (M56)',
    ],
  },
  {
    id: 'M57',
    says: 'metadata of others stays, and what was taken over is given back',
    tests: {
      'test/contract/traffic.test.ts': [
        'traffic provider istio takes over what the user has, and puts it back when the Canary goes',
        'traffic provider gatewayapi takes over what the user has, and puts it back when the Canary goes',
      ],
      [SERVICES]: [
        'a Service of the user’s keeps its kind, address, labels and annotations, and is not ours to be deleted',
        'a Service of the user’s selects the target again when the Canary goes, and Flux may have it back',
      ],
      'test/unit/traffic/existing-route.test.ts': [
        'a route of the user’s on gatewayapi:v1 (fluxcd/flagger#1857, #1889, #1175, #715) is given back with the shares it had, whatever was made of it',
        'two Canaries on one route …',
      ],
      'test/scenario/by-hand.test.ts': ['by hand a target scaled up at rest is left alone'],
    },
    mutants: [
      'drop-in: a Service that is not given back (M57)',
      'drop-in: a route that is not given back (M57)',
      'drop-in: one mark for all Canaries of a route (M57)',
    ],
    differs:
      'replicas of the target, selector of the Service and node selector of the DaemonSet are still ours to write',
  },
  {
    id: 'M58',
    says: 'an upgrade of the cluster or of Serin starts no run',
    tests: {
      [KINDS]: [
        'target kind Deployment keeps its revision through an upgrade of the cluster',
        'target kind DaemonSet keeps its revision through an upgrade of the cluster',
        'target kind Service keeps its revision through an upgrade of the cluster',
      ],
    },
    mutants: ['drop-in: a default of a newer API server is a release (M58)'],
  },
  {
    id: 'M59',
    says: 'each Canary knows its own revision of a configuration that two share, and configuration is not read again and again',
    tests: {
      'test/unit/targets/tracked-config.test.ts': [
        'copies shared by two Canaries serve both: one controls them, each reads its own revision',
      ],
      [CONTROLLER]: [
        'the controller answers for its health and counts, and asks nothing of the API server while everything rests',
      ],
    },
    mutants: ['drop-in: a copy that is one Canary’s alone (M59)'],
    differs: 'the first of two Canaries still promotes a shared copy for both, as copies have one name',
  },
  {
    id: 'M60',
    says: 'the load tester wants a token and a switch for its shell, keeps its gates, survives nonsense, and tells load that failed',
    tests: {
      'test/contract/load-tester.test.ts': [
        'without a shell M60 …',
        'what outlives a restart M60 …',
        'with a token M60 …',
      ],
      'test/contract/load-tester-reports.test.ts': ['load that failed M60 …'],
      'test/contract/load-tester-tasks.test.ts': ['type concord M60 …', 'type ngrinder M60 …'],
    },
    mutants: [
      'load tester: load that fails, and nobody hears of it (M60)',
      'load tester: gates that a restart closes (M60)',
    ],
  },
  {
    id: 'M61',
    says: 'probes say what is wrong, and what the API and hooks cost is counted',
    tests: {
      'test/unit/controller/vitals.test.ts': [
        'the HTTP port of the controller says whether it is alive and ready, and why not',
      ],
      'test/contract/adapters/objects.test.ts': [
        'a call is given up at its deadline even if the server says nothing, and counted',
      ],
      'test/unit/controller/flags.test.ts': ['the flags of the controller have the defaults people rely on'],
    },
    mutants: ['drop-in: a probe that always says yes (M61)'],
  },
  {
    id: 'M62',
    says: 'the role has what is needed and no more, and is no ClusterRole for one namespace',
    tests: { 'test/contract/charts.test.ts': ["the role of the chart's account …"] },
    mutants: ['drop-in: a right that nobody needs (M62)'],
  },
  {
    id: 'M63',
    says: 'no Canary is kept for ever by a target that is gone or never ready, nor by a namespace that goes',
    tests: {
      'test/unit/controller/observe.test.ts': ['a Canary that is being deleted …'],
      'test/scenario/trouble.test.ts': [
        'trouble deletion does not wait for a target that never becomes ready',
      ],
      'test/unit/core/converge.test.ts': ['in a namespace that is being deleted …'],
      'test/unit/controller/canary-ports.test.ts': ['a Canary whose namespace is being deleted …'],
    },
    mutants: [
      'drop-in: a Canary that is held by what is gone (M63)',
      'drop-in: a namespace that goes is written to again and again (M63)',
    ],
  },
  {
    id: 'M64',
    says: 'an edited autoscaler reaches its copy at once, its labels too',
    tests: {
      [AUTOSCALERS]: [
        'the HPA of a primary follows the target’s at once: …',
        'the HPA of a primary follows its labels and annotations, and keeps what others put on the copy',
      ],
      'test/unit/core/decide.test.ts': [
        'what remains to be done an autoscaler that is not as the target’s is written',
      ],
    },
    mutants: ['autoscaler: an edit that reaches the copy with the next promotion only (M64)'],
  },
  {
    id: 'M65',
    says: 'an A/B test on nginx takes one header and refuses what its annotations cannot say; a route of Kuma’s is for one Canary and goes with it; on Gloo everybody has a route',
    tests: {
      'test/unit/traffic/objections.test.ts': ['on nginx …'],
      'test/unit/traffic/envoy-meshes.test.ts': [
        'a TrafficRoute of Kuma is never written for two Canaries (M65)',
        'a TrafficRoute of Kuma is deleted with a Canary …',
        'a RouteTable of Gloo leaves nobody without a route in an A/B test (M65)',
      ],
    },
    mutants: ['drop-in: a route that counts its visitors twice (M65)'],
  },
  {
    id: 'M66',
    says: 'further ports of the user’s own Service stay',
    tests: { [SERVICES]: ['a Service of the user’s keeps its further ports and its node ports'] },
    mutants: ['drop-in: further ports that a Service loses (M66)'],
  },
];
