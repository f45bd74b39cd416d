/**
 * What RBAC does not let us do for a Canary, noticed wherever in a pass it happens and said on the Canary as the
 * condition `Permitted`, which is there only while something is refused.
 */
import type { ApiError } from '../api/objects.ts';
import type { Result } from '../shared/result.ts';
import type { Tools } from './tools.ts';

/** The same tools; each call to the cluster that is forbidden is reported besides. */
export function noticing(tools: Tools, onForbidden: (detail: string) => void): Tools {
  const { objects, paths, watched } = tools;
  const noticed = async <Value>(call: Promise<Result<Value, ApiError>>): Promise<Result<Value, ApiError>> => {
    const answer = await call;
    if (!answer.ok && answer.error.kind === 'forbidden') onForbidden(answer.error.detail);
    return answer;
  };
  return {
    ...tools,
    objects: {
      read: (...call) => noticed(objects.read(...call)),
      list: (...call) => noticed(objects.list(...call)),
      create: (...call) => noticed(objects.create(...call)),
      replace: (...call) => noticed(objects.replace(...call)),
      patch: (...call) => noticed(objects.patch(...call)),
      apply: (...call) => noticed(objects.apply(...call)),
      delete: (...call) => noticed(objects.delete(...call)),
    },
    paths: { get: (...call) => noticed(paths.get(...call)) },
    watched: {
      get: (ref) => watched.get(ref),
      list: (...call) => watched.list(...call),
      watch: (...call) => noticed(watched.watch(...call)),
      caughtUp: (...call) => watched.caughtUp(...call),
      onChange: (listener) => watched.onChange(listener),
    },
  };
}

/**
 * The refusals that stand after a pass: its own, and earlier ones as long as the rollout has not gone on without what
 * they are about. A pass that merely waits tries nothing, so its silence proves nothing.
 */
export function standing(
  before: readonly string[],
  refused: ReadonlySet<string>,
  pass: { readonly waited: boolean },
): readonly string[] {
  return pass.waited ? [...new Set([...before, ...refused])] : [...refused];
}
