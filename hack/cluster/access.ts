/**
 * How suites reach "the real cluster": the one that `KUBECONFIG` names, or else the one of this folder. Commands for
 * the latter have to run inside its network, where service names resolve too.
 */
import { existsSync } from 'node:fs';
import { inNetwork } from './anchor.ts';
import { program } from './build.ts';
import { runningAnchor } from './kubectl.ts';
import { cacheFolder, state } from './paths.ts';
import { KUBE } from './pins.ts';
import { join } from 'node:path';

export interface ClusterAccess {
  readonly kind: 'kubeconfig' | 'own';
  /** A sentence about which cluster is meant, for the suite to print first. */
  readonly sentence: string;
  readonly kubeconfig: string;
  /**
   * The command line that runs `command` where the cluster can be reached. Its process is the command itself, under
   * the pid that was started, so that signals reach it.
   */
  readonly inside: (command: readonly string[]) => readonly string[];
  /** What the command's environment needs besides the caller's. */
  readonly env: Readonly<Record<string, string>>;
}

/** @throws a sentence that says how to start a cluster where there is none */
export function clusterAccess(env: NodeJS.ProcessEnv = process.env): ClusterAccess {
  const named = env['KUBECONFIG'];
  return named !== undefined && named !== '' ? namedCluster(named) : ownCluster(env);
}

function namedCluster(kubeconfig: string): ClusterAccess {
  if (!kubeconfig.split(':').some(existsSync))
    throw new Error(`KUBECONFIG names ${kubeconfig}, which is not there`);
  return {
    kind: 'kubeconfig',
    sentence: `using the cluster that KUBECONFIG names (${kubeconfig})`,
    kubeconfig,
    inside: (command) => command,
    env: { KUBECONFIG: kubeconfig },
  };
}

/**
 * Names are resolved by the file /etc/resolv.conf, which is the machine's: the command sees the cluster's in its
 * place. Replacing itself step by step, it keeps its pid.
 */
const WITH_CLUSTER_DNS = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';

function ownCluster(env: NodeJS.ProcessEnv): ClusterAccess {
  const anchor = runningAnchor();
  const private_ = ['unshare', '--mount', '--propagation', 'slave', '--', 'sh', '-c', WITH_CLUSTER_DNS];
  return {
    kind: 'own',
    sentence: 'using the cluster of this machine (npm run cluster)',
    kubeconfig: state.kubeconfig,
    inside: (command) => inNetwork(anchor, [...private_, state.resolvConf, ...command]),
    env: { KUBECONFIG: state.kubeconfig, PATH: `${join(cacheFolder(env), 'bin')}:${env['PATH'] ?? ''}` },
  };
}

/** The cluster's own kubectl; with a named cluster, whichever is on the path. */
export function kubectlProgram(access: ClusterAccess): string {
  return access.kind === 'own' ? program(KUBE, 'kubectl') : 'kubectl';
}
