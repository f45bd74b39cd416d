/** What is told, asked and counted, and which specs are refused. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const PAYLOAD = 'test/unit/hooks/payload.test.ts';
const CALL = 'test/unit/hooks/call.test.ts';
const ASK = 'test/unit/controller/ask.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const VITALS = 'test/unit/controller/vitals.test.ts';

export const EVENTS: readonly Claim[] = [
  {
    id: '10.3.1',
    says: 'a skipped analysis tells its events in the known order, and calls confirm-rollout and post-rollout once each',
    tests: {
      [TICKS]: ['events and calls of a skipped analysis are those of the gate, the copy and the end'],
      'test/scenario/promotion.test.ts': [
        'promotion a new Canary gets a primary, gives it the traffic and parks the target',
      ],
    },
    mutants: ['a skipped gate'],
  },
  {
    id: '10.3.2',
    says: 'a canary tells its events in the known order, and calls every hook as often as is known',
    tests: {
      [TICKS]: [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
    },
    mutants: ['drop-in: promotion is asked about before the weight (10.3.2)'],
  },
  {
    id: '10.3.3',
    says: 'the payload of a hook is name, namespace, phase, checksum and metadata',
    tests: { [PAYLOAD]: ['the payload of a hook …'] },
    mutants: ['drop-in: empty metadata in a payload (10.3.3)'],
  },
  {
    id: '10.3.4',
    says: 'a hook that answers 500 fails, one that answers 202 passes',
    tests: {
      [CALL]: ['consent is status 202', 'refusal is told with an error, with the status and its words'],
    },
    mutants: ['drop-in: consent by status 500 (10.3.4)'],
    differs: 'every 2xx passes (M41)',
  },
  {
    id: '10.3.5',
    says: 'the payload of an event has its message and type in the metadata, and the checksum',
    tests: {
      [PAYLOAD]: ['the payload of an event …'],
      'test/unit/controller/messenger.test.ts': [
        'the messenger sends events to the hooks of the Canary, or else to the global one',
      ],
    },
    mutants: ['drop-in: an event without its type (10.3.5)'],
  },
  {
    id: '10.3.6',
    says: 'the checksum is the same for the same, and another for another template, configuration or none',
    tests: { [PAYLOAD]: ['the checksum …'] },
    mutants: ['drop-in: a checksum of the template alone (10.3.6)'],
  },
  {
    id: '10.3.7',
    says: 'a hook with one retry survives one 500',
    tests: { [CALL]: ['consent survives an error when there are retries left'] },
    mutants: ['drop-in: a hook that is called once (10.3.7)'],
  },
  {
    id: '10.3.8',
    says: 'disableTLS takes a certificate that nobody has signed',
    tests: {
      [CALL]: ['the request is one POST of JSON with the limits of the hook'],
      'test/contract/adapters/http.test.ts': ['certificates are verified unless the request says otherwise'],
    },
    mutants: ['drop-in: certificates that are always verified (10.3.8)'],
  },
  {
    id: '10.3.9',
    says: 'metric systems are there or are not: the global server, one of the Canary’s own, a template in either namespace, one that is missing',
    tests: {
      [ASK]: [
        'a question of the core about the providers asks each system once',
        'a question of the core about the providers asks the server of the Canary where it names one, and not the global one',
        'a question of the core about the providers finds a template in either namespace',
        'a question of the core about the providers names the metric and the template that is missing, or the Secret that is',
      ],
    },
    mutants: ['drop-in: the global server in the place of the Canary’s own (10.3.9)'],
  },
  {
    id: '10.3.10',
    says: 'a template without a namespace is the Canary’s own, and its variables are filled in',
    tests: {
      [ASK]: [
        'a question of the core about a template uses its address and its secret, read when it is needed',
      ],
      'test/unit/api/template.test.ts': ['a query template "m{p={{ variables.path }}}" becomes "m{p=/api}"'],
      'test/unit/api/metric-template.test.ts': [
        'a metric template may ask for variables that only the canary knows',
      ],
    },
    mutants: ['drop-in: a template of no namespace (10.3.10)'],
  },
  {
    id: '10.3.11',
    says: 'a metric that nothing says how to ask fails; one with a query and a template is asked by both, built-in ones first',
    tests: {
      [GATES]: [
        'what an answer means a metric that nothing says how to ask: one failed check',
        'what is asked at a weight: hooks before metrics, templates last, then whether it may get more',
      ],
      [CANARY]: [
        'what can be followed, though perhaps not as its author thinks checks a built-in name with a query and a template three times',
      ],
    },
    mutants: ['drop-in: templates before built-in metrics (10.3.11)'],
  },
  {
    id: '10.3.12',
    says: 'the gauges of status and weight and the counters of ends read as dashboards know them',
    tests: {
      [VITALS]: [
        'the metrics of the controller say of a Canary that is Progressing what the alert rules compare with',
        'the metrics of the controller say of a Canary that is Succeeded what the alert rules compare with',
        'the metrics of the controller say of a Canary that is Failed what the alert rules compare with',
        'the metrics of the controller say what share target and primary are meant to get',
        'the metrics of the controller count how runs ended, under the labels of before',
      ],
    },
    mutants: ['drop-in: a failure that no alert rule sees (10.3.12)'],
  },
  {
    id: '10.3.13',
    says: 'what was measured is a gauge per metric',
    tests: {
      [ASK]: [
        'a question of the core about a built-in metric goes to the server of the flag and is counted',
        'a question of the core about the duration of requests is counted in seconds, though judged in milliseconds',
      ],
    },
    mutants: ['drop-in: seconds that are milliseconds (10.3.13)'],
  },
  {
    id: '10.3.14',
    says: 'where other namespaces are blocked, templates and alert providers of others are refused, those of the same are not',
    tests: {
      [CANARY]: [
        'what cannot be followed includes other namespaces only where they are blocked',
        'what cannot be followed does so for alert providers in namespace …',
        'what cannot be followed does so for upstreams of Gloo in namespace …',
      ],
      [ASK]: [
        'a question of the core about a template of another namespace is refused where that is switched off',
      ],
    },
    mutants: ['drop-in: alert providers of every namespace (10.3.14)'],
  },
  {
    id: '10.3.15',
    says: 'Knative goes with Knative alone and without an autoscaler; two cookies of one name are refused',
    tests: {
      [CANARY]: [
        'what cannot be followed {"spec":{"targetRef":{"apiVersion":"serving.knative.dev/v1","kind":"Service","name":"a"}}}',
        'what cannot be followed as a Knative Service …',
        'what cannot be followed {"analysis":{"sessionAffinity":{"cookieName":"a","primaryCookieName":"a"}}}',
      ],
    },
  },
  {
    id: '10.3.16',
    says: 'the finalizer is put on and taken off, trouble in between is not swallowed, and a target that does not come up is named',
    tests: {
      'test/contract/controller.test.ts': [
        'the controller gives the target back before a Canary goes that asks for it',
      ],
      'test/scenario/trouble.test.ts': [
        'trouble deletion with revertOnDeletion gives the target its traffic back first',
        'trouble deletion does not wait for a target that never becomes ready',
      ],
      'test/unit/controller/observe.test.ts': ['a Canary that is being deleted …'],
    },
    mutants: ['invariant 23'],
    differs: 'a target that is beyond its deadline does not keep the Canary for ever (M63)',
  },
  {
    id: '10.3.17',
    says: 'strategies are counted as canary, blue-green and ab-testing; without an analysis it is canary',
    tests: {
      [VITALS]: ['the metrics of the controller count how runs ended, under the labels of before'],
      [CANARY]: [
        'the strategy of a canary is blue/green with iterations',
        'the strategy of a canary is A/B with iterations and a match',
        'a canary as its author wrote it skips the analysis that is not there',
      ],
    },
    mutants: ['drop-in: every run is a canary’s (10.3.17)'],
  },
];
