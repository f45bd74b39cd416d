/** How people know the parties of a Canary. */
import type { Canary } from '../api/model.ts';
import type { Names } from '../core/wording.ts';

export function namesOf({ name, namespace, target }: Canary): Names {
  return {
    canary: `${name}.${namespace}`,
    target: `${target.name}.${namespace}`,
    primary: `${target.name}-primary.${namespace}`,
    kind: target.kind,
  };
}
