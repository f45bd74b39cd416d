/** Which requests an A/B test is about: the user's conditions on top of those of the service. */
import type { HttpMatch } from '../api/model.ts';
import { defined } from '../api/tree.ts';

/**
 * Every condition of the analysis with every condition of the service. Of the analysis count `overriding`, and
 * whatever the service leaves open; elsewhere the service has the say. Without conditions on the service those of
 * the analysis stand as they are.
 */
export function mergeMatches(
  analysis: readonly HttpMatch[],
  service: readonly HttpMatch[],
  overriding: readonly (keyof HttpMatch & string)[],
): readonly HttpMatch[] {
  if (service.length === 0) return analysis;
  return analysis.flatMap((condition) =>
    service.map((common) => {
      const winning = Object.fromEntries(overriding.map((key) => [key, condition[key]]));
      return { ...condition, ...common, ...defined(winning) };
    }),
  );
}
