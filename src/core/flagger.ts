/**
 * Whether a Flagger runs that drives the same Canaries: two controllers undo each other's work, so it is waited for.
 * One that elects a leader is known by its name in the Lease, any by a Deployment of its image with ready pods.
 */

export type RunningFlagger =
  | {
      readonly kind: 'deployment';
      readonly namespace: string;
      readonly name: string;
      /** The only namespace whose Canaries it drives; '' for all. */
      readonly drives: string;
    }
  /** It holds the Lease, and nothing more is known of it. */
  | { readonly kind: 'holder'; readonly namespace: string; readonly identity: string };

/** A Deployment, as far as it may be a Flagger. */
export interface Suspect {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly { readonly image: string; readonly args: readonly string[] }[];
  readonly readyReplicas: number;
}

/** Begins the name that a Serin writes into the Lease; its pods are called so by default too. */
const OUR_NAME = /^serin[-_]/;
/** A registry's path, a tag and a digest may be anything. */
const FLAGGER_IMAGE = /^(?:[^@]*\/)?flagger(?::[^/@]*)?(?:@.*)?$/;
const NAMESPACE_FLAG = /^--?namespace=(.*)$/;
/** As Kubernetes names the pods of a Deployment, which is how its process knows its host. */
const POD_OF_DEPLOYMENT = /^(.+)-[a-z0-9]{1,10}-[a-z0-9]{5}_/;

export function leaseIdentity(host: string, unique: string): string {
  return `serin_${host}_${unique}`;
}

/** The Flagger that this Deployment runs; undefined where it runs none. */
export function flaggerIn({
  namespace,
  name,
  containers,
  readyReplicas,
}: Suspect): RunningFlagger | undefined {
  const container = containers.find(({ image }) => FLAGGER_IMAGE.test(image));
  if (container === undefined || readyReplicas === 0) return undefined;
  const [drives = ''] = container.args.flatMap((word) => NAMESPACE_FLAG.exec(word)?.[1] ?? []).slice(-1);
  return { kind: 'deployment', namespace, name, drives };
}

/** The Flagger that holds, and goes on renewing, a Lease in `namespace`; undefined where that is a Serin, or nobody. */
export function flaggerHolding(identity: string, namespace: string): RunningFlagger | undefined {
  return identity === '' || OUR_NAME.test(identity) ? undefined : { kind: 'holder', namespace, identity };
}

/** Who drives the Canaries of this namespace. A Deployment is named rather than a holder, since it can be scaled. */
export function drivingIn(namespace: string, running: readonly RunningFlagger[]): RunningFlagger | undefined {
  const drives = (one: RunningFlagger): boolean =>
    one.kind === 'holder' || one.drives === '' || one.drives === namespace;
  const candidates = running.filter(drives);
  return candidates.find(({ kind }) => kind === 'deployment') ?? candidates[0];
}

/** The Deployment of a holder, as its pod's name gives it away. */
export function deploymentOf(identity: string): string | undefined {
  return POD_OF_DEPLOYMENT.exec(identity)?.[1];
}
