/** Contour, Skipper and APISIX, and the meshes that speak SMI. */
import type { Claim } from '../claim.ts';

const CONTRACT = 'test/contract/traffic.test.ts';
const CONTOUR = 'test/unit/traffic/contour.test.ts';
const COPIES = 'test/unit/traffic/copies.test.ts';
const SMI = 'test/unit/traffic/smi.test.ts';
const OBJECTIONS = 'test/unit/traffic/objections.test.ts';
const QUERIES = 'test/unit/metrics/builtin.test.ts';

export const INGRESSES: readonly Claim[] = [
  {
    id: '10.5.34.1',
    says: 'an HTTPProxy has its class, its port and prefix, a timeout, retries with their reasons, and headers to match',
    tests: {
      [CONTRACT]: [
        'traffic provider contour renders at …',
        'traffic provider contour renders retries as on record',
        'traffic provider contour renders header-match as on record',
      ],
      [CONTOUR]: ['an HTTPProxy names the class …', 'an HTTPProxy retries …'],
      [OBJECTIONS]: ['on Contour …'],
      [QUERIES]: ['the built-in queries read for contour as dashboards know them'],
    },
    mutants: [
      'drop-in: a Contour that is told no class (10.5.34)',
      'drop-in: no retries that are one (10.5.34)',
      'drop-in: a header without a text lets everybody in (10.5.34)',
    ],
    differs:
      'alternatives of a match are routes of their own, where Flagger demands the headers of all at once; prefixes and suffixes are exact',
  },
  {
    id: '10.5.34.2',
    says: 'in an A/B test everybody stays on the primary who is not chosen',
    tests: { [CONTOUR]: ['an HTTPProxy leaves those on the primary who are not chosen'] },
    mutants: ['drop-in: an A/B test of everybody behind Contour (10.5.34)'],
  },
  {
    id: '10.5.38',
    says: 'a copy of an Ingress leads to primary and canary by weights and the ports they had, and comes first by its predicate',
    tests: {
      [CONTRACT]: [
        'traffic provider skipper renders at …',
        'traffic provider skipper renders other-paths as on record',
        'traffic provider skipper renders flagger as on record',
        'traffic provider skipper reads back …',
      ],
      [COPIES]: ['the copy of a route for skipper …', 'the predicates of a copy for Skipper …'],
      [QUERIES]: [
        'the built-in queries read for skipper as dashboards know them',
        'names in a query are spelled as the labels of Skipper have them, and as they are elsewhere',
      ],
    },
    mutants: [
      'drop-in: a copy that nobody is sent to (10.5.38)',
      'drop-in: a text that is taken for predicates (10.5.38)',
      'drop-in: weights of other Services are lost (10.5.38)',
      'drop-in: names that no label has (10.5.38)',
    ],
    differs:
      'an Ingress of the copy’s name that is none is left alone, and nothing is deleted but with the Canary',
  },
  {
    id: '10.5.42',
    says: 'a copy of what of an ApisixRoute leads to the apex comes first, and its weights are read back',
    tests: {
      [CONTRACT]: [
        'traffic provider apisix renders at …',
        'traffic provider apisix renders several-rules as on record',
        'traffic provider apisix renders flagger as on record',
        'traffic provider apisix reads back …',
      ],
      [COPIES]: ['the copy of a route for apisix …', 'the rules of a copy for APISIX …'],
      [QUERIES]: ['the built-in queries read for apisix as dashboards know them'],
    },
    mutants: [
      'drop-in: rules that come first in another order (10.5.42)',
      'drop-in: shares of others that a copy changes (10.5.42)',
      'drop-in: a copy that leads to what has gone (10.5.42)',
    ],
    differs:
      'several rules may lead to the apex, and what of the class and the rest of the route is said counts for the copy',
  },
  {
    id: '10.5.45',
    says: 'a TrafficSplit of v1alpha1, v1alpha2 or v1alpha3 is made for the host asked for, and its weights are read back',
    tests: {
      [CONTRACT]: [
        'traffic provider linkerd renders flagger as on record',
        'traffic provider smi renders hosts as on record',
        'traffic provider smi renders istio-gateways as on record',
        'traffic provider linkerd reads back …',
        'traffic provider osm reads back …',
        'traffic provider smi reads back …',
      ],
      [SMI]: ['a TrafficSplit …'],
      [QUERIES]: [
        'the built-in queries read for linkerd as dashboards know them',
        'the built-in queries read for osm as dashboards know them',
      ],
    },
    mutants: [
      'drop-in: a version that nobody named (10.5.45)',
      'drop-in: thousandths that are wholes (10.5.45)',
      'drop-in: gateways of Istio for every mesh (10.5.45)',
    ],
    differs: 'what is not ours in it stays (M56); weights are numbers in v1alpha1 too, and read as either',
  },
];
