/** Faults in routes on Contour, Skipper and APISIX, and on meshes that speak SMI, each by its number in `npm run conformance`. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

const CONTOUR = 'src/traffic/contour.ts';
const CONTOUR_ROUTES = 'src/traffic/contour-routes.ts';
const SKIPPER = 'src/traffic/skipper.ts';
const APISIX = 'src/traffic/apisix.ts';
const SMI = 'src/traffic/smi.ts';

function proxied(name: string): Proof {
  return { file: 'test/unit/traffic/contour.test.ts', name };
}

function copied(name: string): Proof {
  return { file: 'test/unit/traffic/copies.test.ts', name };
}

function split(name: string): Proof {
  return { file: 'test/unit/traffic/smi.test.ts', name };
}

export const INGRESS_MUTANTS: readonly Mutant[] = [
  breaks('a Contour that is told no class (10.5.34)', proxied('names the class'), {
    file: CONTOUR,
    find: "service.ingressClass ?? spec['ingressClassName']",
    replace: "spec['ingressClassName']",
  }),
  breaks('no retries that are one (10.5.34)', proxied('retries '), {
    file: CONTOUR_ROUTES,
    find: 'attempts === 0 ? NO_RETRIES : attempts',
    replace: 'attempts',
  }),
  breaks('a header without a text lets everybody in (10.5.34)', proxied('demands a header with no text'), {
    file: CONTOUR_ROUTES,
    find: 'return exact ? { exact } : { regex: patternOf(others) };',
    replace: 'return exact === undefined ? { regex: patternOf(others) } : { exact };',
  }),
  breaks('an A/B test of everybody behind Contour (10.5.34)', proxied('leaves those on the primary'), {
    file: CONTOUR_ROUTES,
    find: '...everybody(0)];',
    replace: '...everybody(canary)];',
  }),
  breaks('a copy that nobody is sent to (10.5.38)', copied('begin with ours'), {
    file: SKIPPER,
    find: 'predicate !== FIRST && predicate !== NEVER',
    replace: 'predicate !== FIRST',
  }),
  breaks('a text that is taken for predicates (10.5.38)', copied('begin with ours'), {
    file: SKIPPER,
    find: "(written ?? '').match(PREDICATES) ?? []",
    replace: "(written ?? '').split(AND)",
  }),
  breaks(
    'weights of other Services are lost (10.5.38)',
    { file: 'test/contract/traffic.test.ts', name: 'renders ' },
    {
      file: SKIPPER,
      find: 'const weights = { ...without(tree(parseJson(written)), apex), ...ours };',
      replace: 'const weights = { ...without({}, apex), ...ours };',
    },
  ),
  breaks(
    'names that no label has (10.5.38)',
    { file: 'test/unit/metrics/builtin.test.ts', name: 'are spelled as the labels' },
    {
      file: 'src/metrics/builtin.ts',
      find: 'spelled !== undefined ? spelled(value) : value',
      replace: 'spelled !== undefined ? value : spelled ?? value',
    },
  ),
  breaks('rules that come first in another order (10.5.42)', copied('come first in the order'), {
    file: APISIX,
    find: "priority: PRIORITY + (count(rule['priority']) ?? 0),",
    replace: 'priority: PRIORITY,',
  }),
  breaks(
    'shares of others that a copy changes (10.5.42)',
    copied('are none of a rule that leads to others'),
    {
      file: APISIX,
      find: "backendsIn(rule).length + list(rule['upstreams']).length > 1",
      replace: 'backendsIn(rule).length > 2',
    },
  ),
  breaks('a copy that leads to what has gone (10.5.42)', copied('lead to the apex again'), {
    file: APISIX,
    find: "home: (found) => ({ ...found, spec: undone(tree(found['spec']), service) }),",
    replace: "home: (found) => ({ ...found, spec: weighed(found['spec'], service, 0) }),",
  }),
  breaks('a version that nobody named (10.5.45)', split('of '), {
    file: SMI,
    find: "provider.startsWith('smi:v1alpha2') ? V1ALPHA2 : V1ALPHA1",
    replace: "provider.startsWith('smi:v1alpha2') ? V1ALPHA1 : V1ALPHA2",
  }),
  breaks('thousandths that are wholes (10.5.45)', split('is understood with weights as Kubernetes'), {
    file: SMI,
    find: "(milli === 'm' ? 1000 : 1)",
    replace: "(milli === 'm' ? 1 : 1)",
  }),
  breaks('gateways of Istio for every mesh (10.5.45)', split('has the gateways of Istio only'), {
    file: SMI,
    find: "provider !== 'smi:v1alpha1:istio' || ",
    replace: "provider === '' || ",
  }),
];
