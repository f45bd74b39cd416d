/** What of a spec is allowed and surely not meant, for the people who wrote it. */
import type { Canary, Finding } from '../api/model.ts';
import type { News } from '../core/model.ts';

/**
 * Told when a Canary is new or edited, not again by every process that comes to see it: `toldOf` is the generation
 * this process has told people of, undefined before its first look.
 */
export function doubtsOf(
  { generation, status }: Pick<Canary, 'generation' | 'status'>,
  findings: readonly Finding[],
  toldOf: number | undefined,
): readonly News[] {
  const edited = toldOf === undefined ? status.origin === 'new' : toldOf !== generation;
  if (!edited) return [];
  return findings
    .filter(({ severity }) => severity === 'warning')
    .map(({ field, message }) => ({ kind: 'doubt', field, message }));
}
