/** Where things lie: programs in the user's cache, shared by all clones; the cluster's state once per machine. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of built programs, `serin/cluster` below the user's cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'serin', 'cluster');
}

/** This folder of the repository. */
export const HERE = import.meta.dirname;

/** Everything a running cluster writes; only root may look. One cluster per machine, whoever starts it. */
export const STATE = '/var/cache/serin-cluster';

export const state = {
  record: join(STATE, 'record.json'),
  lock: join(STATE, 'lock'),
  keys: join(STATE, 'keys'),
  kubeconfig: join(STATE, 'kubeconfig'),
  resolvConf: join(STATE, 'resolv.conf'),
  configs: join(STATE, 'configs'),
  logs: join(STATE, 'logs'),
  etcd: join(STATE, 'etcd'),
  kubelet: join(STATE, 'kubelet'),
  containerd: join(STATE, 'containerd'),
  /** What the node sees as `/var/lib` and `/var/log`. */
  varLib: join(STATE, 'var-lib'),
  varLog: join(STATE, 'var-log'),
} as const;
