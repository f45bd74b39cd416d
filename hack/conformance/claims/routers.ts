/** The Services of a Canary, and routes on Istio, the Gateway API, nginx, Traefik and Knative. */
import type { Claim, Tests } from '../claim.ts';

const CONTRACT = 'test/contract/traffic.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';
const ROUTERS_TEST = 'test/unit/traffic/routers.test.ts';
const ROUTES = 'test/unit/traffic/routes.test.ts';
const AFFINITY = 'test/unit/traffic/affinity.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const NGINX = 'test/unit/traffic/nginx.test.ts';
const TRAEFIK = 'test/unit/traffic/traefik.test.ts';
const KNATIVE = 'test/unit/traffic/knative.test.ts';

/** What a provider renders for the fixture of that name. */
function onRecord(provider: string, ...features: readonly string[]): Tests {
  return {
    [CONTRACT]: features.map((feature) => `traffic provider ${provider} renders ${feature} as on record`),
  };
}

export const ROUTERS: readonly Claim[] = [
  {
    id: '10.5.1',
    says: 'all three Services have the protocol and name of their port, no address of their own and closeness where asked',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary are headless, close to their clients and speak a protocol where the user asks for it',
      ],
    },
    mutants: ['drop-in: a Service that says nothing of its protocol (10.5.1)'],
  },
  {
    id: '10.5.2',
    says: 'another name of the port is applied',
    tests: { [SERVICES]: ['a Service of ours loses ports that were added by hand, and gets a changed name'] },
    mutants: ['drop-in: a port that keeps its name (10.5.2)'],
  },
  {
    id: '10.5.3',
    says: 'ports that somebody changes are put back',
    tests: { [SERVICES]: ['a Service of ours loses ports that were added by hand, and gets a changed name'] },
    mutants: ['drop-in: ports that anybody may add (10.5.3)'],
    differs: 'further ports of a Service that is the user’s own stay (M66)',
  },
  {
    id: '10.5.4',
    says: 'a Service is the Canary’s whose name its controlling owner has, and no other',
    tests: {
      [ROUTERS_TEST]: [
        'a Service of a Canary is made by it where its Canary says it controls it, and by nothing less',
      ],
      [SERVICES]: ['a Service of ours is nobody else’s: a Canary of another name does not own it'],
    },
    mutants: ['drop-in: made by whoever is named as an owner (10.5.4)'],
  },
  {
    id: '10.5.5',
    says: 'given back, a Service selects what kubectl last applied, or else the target',
    tests: {
      [SERVICES]: [
        'a Service of the user’s selects the target again when the Canary goes, and Flux may have it back',
        'a Service of the user’s selects what the user’s own manifest says where kubectl has left it',
        'a Service of the user’s is not missed when it is gone',
      ],
    },
    mutants: ['drop-in: a Service given back that leads to the primary (10.5.5)'],
    differs: 'one that is gone is nothing to give back, and holds up no deletion (M63)',
  },
  {
    id: '10.5.6',
    says: 'metadata is each role’s own',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary carry the metadata asked for their role, which never replaces the label they are found by',
      ],
    },
    mutants: ['drop-in: metadata of the apex on all three (10.5.6)'],
  },
  {
    id: '10.5.7',
    says: 'without any there are the two annotations for Flux and no other',
    tests: {
      [SERVICES]: [
        'the Services of a new Canary are ClusterIP Services with one port, labelled by their own name and owned by the Canary',
      ],
    },
    differs: 'and, once it carries a position, the mark serin.dev/routes where nothing else can',
  },
  {
    id: '10.5.8',
    says: 'metadata that is asked for later arrives',
    tests: {
      [ROUTERS_TEST]: [
        'a Service of a Canary gets the metadata that is asked for later, and loses what is asked for no longer',
      ],
    },
  },
  {
    id: '10.5.9',
    says: 'what is declared unmanaged stays, what nobody declared goes',
    tests: {
      [SERVICES]: [
        'a Service of ours loses metadata that nobody declared, and keeps what is declared unmanaged',
      ],
    },
    mutants: ['drop-in: labels that nobody asks for any more stay (10.5.9)'],
  },
  {
    id: '10.5.10',
    says: 'a VirtualService has one rule with two destinations',
    tests: { [CONTRACT]: ['traffic provider istio renders at …'] },
  },
  {
    id: '10.5.11',
    says: 'it gets the hosts and gateways that are asked for',
    tests: {
      [ROUTERS_TEST]: ['a route whose host changes on istio gets it at the weight that is there'],
      [ROUTES]: [
        'drift is found in a host of a VirtualService, and repaired at the weight that is there',
        'drift is found in a gateway of a VirtualService, and repaired at the weight that is there',
      ],
    },
    mutants: ['drop-in: a host that stays where it was (10.5.11)'],
  },
  {
    id: '10.5.12',
    says: 'whatever is mended, weights stay',
    tests: {
      [CONTRACT]: ['traffic provider istio M7: keeps the position when it repairs something else'],
      [ROUTES]: ['drift is found in …'],
    },
    mutants: ['M7: what is repaired is written as it was first made'],
  },
  {
    id: '10.5.13',
    says: 'rules for visitors with a cookie survive, and are put back where they are missing',
    tests: {
      [AFFINITY]: ['on istio puts a sticky rule back that somebody has removed, and moves nobody for it'],
    },
    mutants: ['drop-in: a sticky rule that is never put back (10.5.13)'],
    differs: 'without a cookie for the primary too',
  },
  {
    id: '10.5.14',
    says: 'a cookie is given with all attributes asked for',
    tests: onRecord('istio', 'session-affinity', 'session-affinity-attributes'),
    mutants: ['drop-in: a cookie without its path (10.5.14)'],
  },
  {
    id: '10.5.15',
    says: 'once the canary has no weight, the cookie of the run is taken back with Max-Age=-1',
    tests: {
      ...onRecord('istio', 'session-affinity-ended'),
      [AFFINITY]: [
        'when the canary has none takes the cookie of the run back, under the attributes it was given with',
        'on istio M28: takes cookies back from nobody else, whatever other headers are set',
      ],
    },
    mutants: ['drop-in: a cookie that outlives its run (10.5.15)'],
    differs:
      'from nobody else, whatever other headers are set (M28), and with no rule where there was no cookie',
  },
  {
    id: '10.5.16',
    says: 'with a cookie for the primary there are three rules',
    tests: {
      ...onRecord('istio', 'session-affinity'),
      [AFFINITY]: [
        'while the canary has a weight hands out both cookies, that of the primary for one interval only',
      ],
    },
  },
  {
    id: '10.5.17',
    says: 'requests are mirrored to the canary, the share of them that is asked for',
    tests: {
      ...onRecord('istio', 'mirror'),
      [ROUTERS_TEST]: ['a mirror of blue/green is there as long as requests are mirrored, on istio'],
    },
    mutants: ['drop-in: all requests are mirrored, whatever the share (10.5.17)'],
  },
  {
    id: '10.5.18',
    says: 'headers are added, set and removed',
    tests: onRecord('istio', 'retries', 'session-affinity-ended'),
    mutants: ['drop-in: headers that are left as they are (10.5.18)'],
  },
  {
    id: '10.5.19',
    says: 'the policy for other origins is Istio’s as it is written',
    tests: onRecord('istio', 'cors'),
  },
  {
    id: '10.5.20',
    says: 'an A/B test has two rules, of which the second leads to the primary alone',
    tests: onRecord('istio', 'header-match'),
    mutants: ['drop-in: an A/B test of everybody (10.5.20)'],
    differs: 'with a match and no iterations there is no test, and weights move (M42)',
  },
  {
    id: '10.5.21',
    says: 'behind a real gateway destinations of several ports name theirs',
    tests: {
      ...onRecord('istio', 'gateway-refs'),
      [ROUTERS_TEST]: ['destinations on Istio name their port …'],
    },
    mutants: ['drop-in: a port that no gateway is told (10.5.21)'],
  },
  {
    id: '10.5.22',
    says: 'a delegate has neither hosts nor gateways, and may not be asked for either',
    tests: {
      ...onRecord('istio', 'delegation'),
      [ROUTERS_TEST]: [
        'a VirtualService that becomes a delegate loses hosts and gateways it had until then (fluxcd/flagger#1464, #1329)',
      ],
      [CANARY]: ['what cannot be followed {"service":{"delegation":true,"hosts":["a.example.com"]}}'],
    },
    mutants: ['drop-in: a delegate with hosts (10.5.22)'],
    differs: 'one that had hosts before loses them',
  },
  {
    id: '10.5.23',
    says: 'what was taken over is given back as kubectl applied it, or as it was remembered',
    tests: {
      [CONTRACT]: [
        'traffic provider istio takes over what the user has, and puts it back when the Canary goes',
      ],
      [ROUTES]: [
        'an object taken over is put back from what kubectl last applied, if it was made with kubectl',
        'an object taken over is remembered once: a later write does not take our own spec for the original',
      ],
    },
    mutants: ['drop-in: an original that is forgotten (10.5.23)'],
    differs: 'on every router; one that is gone is nothing to give back, and holds up no deletion (M63)',
  },
  {
    id: '10.5.24',
    says: 'every condition of a test goes with every condition of the service, which the second rule keeps',
    tests: {
      ...onRecord('istio', 'header-match'),
      [ROUTES]: ['conditions of an A/B test are each combined with each of the service’s'],
    },
    mutants: ['drop-in: one condition of the service is enough (10.5.24)'],
  },
  {
    id: '10.5.25',
    says: 'connections are shared out as requests are',
    tests: {
      ...onRecord('istio', 'tcp'),
      'test/unit/traffic/objections.test.ts': ['on Istio …'],
    },
    mutants: ['drop-in: connections that are requests (10.5.25)'],
    differs: 'what connections cannot have is refused with a sentence',
  },
  {
    id: '10.5.26',
    says: 'an HTTPRoute has deadlines for the request and for the backend',
    tests: onRecord('gatewayapi', 'timeouts'),
    mutants: ['drop-in: no deadline for a backend (10.5.26)'],
    differs: 'gatewayapi:v1beta1 too: it is the same stored object',
  },
  {
    id: '10.5.27',
    says: 'annotations of others stay',
    tests: {
      [CONTRACT]: ['traffic provider gatewayapi keeps annotations, labels and fields that others wrote'],
    },
    differs: 'labels and fields too (M57)',
  },
  {
    id: '10.5.28',
    says: 'weights are written and read, and stay where something else is mended',
    tests: {
      [CONTRACT]: [
        'traffic provider gatewayapi reads back the position it writes: …',
        'traffic provider gatewayapi renders at …',
        'traffic provider gatewayapi M7: keeps the position when it repairs something else',
      ],
    },
    mutants: ['M7: what is repaired is written as it was first made'],
  },
  {
    id: '10.5.29',
    says: 'rules for visitors with a cookie come before the one that splits, and survive',
    tests: {
      ...onRecord('gatewayapi', 'session-affinity', 'session-affinity-ended', 'session-affinity-attributes'),
      [AFFINITY]: [
        'on gatewayapi puts a sticky rule back that somebody has removed, and moves nobody for it',
        'on gatewayapi reads the weight of the split past the sticky rules: session-affinity',
      ],
    },
    mutants: ['drop-in: a cookie without its path (10.5.14)'],
    differs: 'with gatewayapi:v1beta1 too visitors of the primary have a cookie',
  },
  {
    id: '10.5.30',
    says: 'the mirror of blue/green comes, stays while it is wanted, and goes',
    tests: {
      ...onRecord('gatewayapi', 'mirror-blue-green', 'mirror'),
      [ROUTERS_TEST]: ['a mirror of blue/green is there as long as requests are mirrored, on gatewayapi'],
    },
    mutants: ['drop-in: a mirror that stays when mirroring ends (10.5.30)'],
    differs: 'a canary that shifts weight may mirror too (M6)',
  },
  {
    id: '10.5.31',
    says: 'filters and what is in them come in one order',
    tests: {
      ...onRecord('gatewayapi', 'timeouts'),
      [ROUTERS_TEST]: ['filters of an HTTPRoute come in one order, whatever the order of the wishes'],
    },
    mutants: ['drop-in: filters in the order of a map (10.5.31)'],
  },
  {
    id: '10.5.32',
    says: 'a policy for other origins is a filter, in which a day is 86400 seconds',
    tests: onRecord('gatewayapi', 'cors'),
    mutants: ['drop-in: a day that is an hour (10.5.32)'],
  },
  {
    id: '10.5.33',
    says: 'a weight counts once every parent has accepted the route as it stands',
    tests: { [ROUTES]: ['an HTTPRoute that its gateway has not taken up …'] },
    mutants: ['drop-in: a route in force before its gateway has it (10.5.33)'],
    differs: 'until then it is a position that is pending, not an error that ends the pass',
  },
  {
    id: '10.5.37',
    says: 'annotations of an Ingress under the prefix asked for: a weight, a header or a cookie, and back to nothing',
    tests: {
      ...onRecord('nginx', 'header-and-cookie', 'header-pattern'),
      [NGINX]: ['the position of an Ingress …'],
    },
    mutants: ['drop-in: annotations under one prefix alone (10.5.37)'],
  },
  {
    id: '10.5.39',
    says: 'a TraefikService lists one Service at rest, and two in a run',
    tests: { [TRAEFIK]: ['a TraefikService lists at …'] },
    mutants: ['drop-in: a parked canary is listed (10.5.39)'],
    differs: 'at 100 the canary alone, since one without endpoints would stop the other',
  },
  {
    id: '10.5.40',
    says: 'whatever is mended there, weights stay',
    tests: { [CONTRACT]: ['traffic provider traefik M7: keeps the position when it repairs something else'] },
    mutants: ['M7: what is repaired is written as it was first made'],
  },
  {
    id: '10.5.41',
    says: 'it has the metadata of the apex',
    tests: onRecord('traefik', 'metadata'),
    mutants: ['drop-in: a TraefikService without the metadata of the apex (10.5.41)'],
  },
  {
    id: '10.5.44',
    says: 'a Knative Service is read and written as its share, and waited for where nothing names its primary',
    tests: {
      [CONTRACT]: [
        'traffic provider knative reads back the position it writes: …',
        'traffic provider knative renders tags as on record',
      ],
      [KNATIVE]: [
        'a Knative Service that says of no revision that it was promoted is left as it is, and that is what is waited for',
      ],
    },
    mutants: ['drop-in: any revision is the primary (10.5.44)'],
  },
];
