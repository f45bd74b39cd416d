/** The pod a process runs in, which is how the cluster knows when it has ended. */

export interface OwnPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** As its manifest lets the environment tell it; undefined where the process runs in none. */
export function ownPod(env: Readonly<Record<string, string | undefined>>): OwnPod | undefined {
  const { SERIN_POD_NAMESPACE: namespace = '', SERIN_POD_NAME: name = '', SERIN_POD_UID: uid = '' } = env;
  return namespace === '' || name === '' || uid === '' ? undefined : { namespace, name, uid };
}
