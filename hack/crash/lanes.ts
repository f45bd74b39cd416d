/** The Canaries whose releases are disturbed: one of each kind, so that every way up and back meets its crash. */
import type { RolloutWish } from '../../test/e2e/harness/rollout.ts';
import type { World } from '../../test/e2e/harness/world.ts';
import type { Random } from './random.ts';

/** What becomes of a revision when nothing disturbs it: promoted, refused by the metrics, or never ready. */
export type Fate = 'good' | 'bad' | 'stuck';

/** Its revisions are new contents of a ConfigMap. */
export const CONFIGURED = 'configured';

export interface Lane {
  readonly kind: string;
  readonly wish: RolloutWish;
}

/** Seconds a workload may take; one that starts takes half a second. */
const DEADLINE = 8;

export function lanesIn(world: World): readonly Lane[] {
  const hook = (type: string): unknown => ({ name: `${type}-check`, type, url: `${world.web.url}/${type}` });
  const lane = (kind: string, wish: Omit<RolloutWish, 'name'>): Lane => ({
    kind,
    wish: { name: kind, ...wish, spec: { progressDeadlineSeconds: DEADLINE, ...wish.spec } },
  });
  const gatewayRefs = [{ name: 'gateway', namespace: 'infra' }];
  const insiders = [{ headers: { 'x-user': { exact: 'insider' } } }];
  return [
    lane('istio-steps', { provider: 'istio', analysis: { stepWeight: 25, maxWeight: 50 } }),
    lane('istio-ab', { provider: 'istio', analysis: { iterations: 2, match: insiders } }),
    lane('kubernetes', { provider: 'kubernetes', analysis: { iterations: 2 } }),
    lane('gatewayapi', { provider: 'gatewayapi:v1', service: { gatewayRefs } }),
    lane('istio-bluegreen', { provider: 'istio', analysis: { iterations: 2 } }),
    lane('istio-mirror', { provider: 'istio', analysis: { mirror: true, stepWeight: 50, maxWeight: 50 } }),
    lane('slow-descent', {
      provider: 'istio',
      analysis: { stepWeight: 50, maxWeight: 100, stepWeightPromotion: 50 },
    }),
    lane('gates', {
      provider: 'istio',
      analysis: {
        webhooks: ['confirm-rollout', 'pre-rollout', 'rollout', 'confirm-promotion', 'post-rollout'].map(
          hook,
        ),
      },
    }),
    lane(CONFIGURED, {
      provider: 'istio',
      container: { envFrom: [{ configMapRef: { name: 'settings' } }] },
    }),
    lane('unanalysed', {
      provider: 'istio',
      spec: { skipAnalysis: true, progressDeadlineSeconds: DEADLINE },
    }),
  ];
}

/** Without analysis nothing is refused by metrics, and new contents alone keep no workload from starting. */
export function fateOf({ kind }: Lane, random: Random): Fate {
  const dice = random();
  if (dice < 0.6) return 'good';
  if (kind === CONFIGURED) return 'bad';
  return dice < 0.85 && kind !== 'unanalysed' ? 'bad' : 'stuck';
}
