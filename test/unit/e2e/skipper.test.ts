/** How the suite reads what a real Skipper says of its routes. */
import { describe, expect, it } from '@jest/globals';
import { splitIn } from '../../e2e/suite/real/skipper.ts';

const APEX = { namespace: 'e2e-skipper', name: 'podinfo' };

/** As its support listener writes it. */
function route(ingress: string, service: string, predicates: string): string {
  const name = `kube_e2e_skipper__${ingress}__e2e_skipper_example_com____${service}`;
  return `${name}: Host(/^(e2e-skipper[.]example[.]com[.]?(:[0-9]+)?)$/) && PathSubtree("/")${predicates}
  -> <roundRobin, "http://10.0.0.1:9898", "http://10.0.0.2:9898">;
`;
}

const USERS = route('podinfo', 'podinfo', '');

describe('the split that Skipper has taken up', () => {
  it.each([
    {
      what: 'the first route takes its part, the other the rest',
      routes: [
        route('podinfo_canary', 'podinfo_canary', ' && Weight(100)'),
        route('podinfo_canary', 'podinfo_primary', ' && Weight(100) && Traffic(0.99)'),
      ],
      split: { primary: 99, canary: 1 },
    },
    {
      what: 'whichever of them is the first',
      routes: [
        route('podinfo_canary', 'podinfo_canary', ' && Weight(100) && Traffic(0.1)'),
        route('podinfo_canary', 'podinfo_primary', ' && Weight(100)'),
      ],
      split: { primary: 90, canary: 10 },
    },
    {
      what: 'who is alone has everything',
      routes: [route('podinfo_canary', 'podinfo_canary', ' && Weight(100)')],
      split: { primary: 0, canary: 100 },
    },
  ])('$what', ({ routes, split }) => {
    expect(splitIn([USERS, ...routes].join('\n'), APEX)).toEqual(split);
  });

  it.each([
    ['there is no second Ingress', []],
    ['its routes match nothing', [route('podinfo_canary', 'podinfo_primary', ' && False()')]],
    [
      'it is another application’s',
      [route('podinfo_canary', 'podinfo_canary', '').replaceAll('e2e_skipper', 'e2e_nginx')],
    ],
  ])('there is none where %s', (_, routes) => {
    expect(splitIn([USERS, ...routes].join('\n'), APEX)).toBeUndefined();
  });
});
