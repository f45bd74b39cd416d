/** Which requests an A/B test is about: the user's conditions on top of those of the service. */
import type { HttpMatch, Objection, StringMatch } from '../api/model.ts';
import { defined, isTree, without } from '../api/tree.ts';

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

/** Conditions that no router but Istio has words for. */
export const ISTIO_ONLY: readonly string[] = [
  'authority',
  'scheme',
  'port',
  'sourceLabels',
  'sourceNamespace',
  'withoutHeaders',
  'gateways',
  'ignoreUriCase',
];

/** Which of these conditions a match makes; what is only allowed to be one is none, nor is one of nothing. */
export function conditionsIn(match: HttpMatch, fields: readonly string[]): readonly string[] {
  return fields.filter((field) => !isNothing(match[field]));
}

/** The match without these conditions. */
export function matchWithout(match: HttpMatch, fields: readonly string[]): HttpMatch {
  return without(match, ...fields);
}

/** Conditions of the service itself: nobody is sent to the canary by them, so the others hold without these. */
export function leftOut(
  match: HttpMatch,
  index: number,
  fields: readonly string[],
  route: string,
): readonly Objection[] {
  const named = conditionsIn(match, fields);
  if (named.length === 0) return [];
  const message = `matches by ${named.join(', ')}, which ${route} cannot: left out, so it matches more; drop it`;
  return [{ severity: 'warning', field: `service.match[${index}]`, message }];
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isTree(value)) return Object.keys(value).length === 0;
  return value === undefined || value === false || value === '';
}

/** A match other than an exact one as the regular expression that says the same. */
export function patternOf({ regex, prefix, suffix }: StringMatch): string {
  const literal = (part: string | undefined): string => (part ?? '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return regex ?? `^${literal(prefix)}.*${literal(suffix)}$`;
}
