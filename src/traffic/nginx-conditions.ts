/** Who is chosen for an A/B test, as far as the annotations of an Ingress can say it: by one header, by one cookie. */
import type { HttpMatch, Objection, RoutingWish, StringMatch } from '../api/model.ts';
import { conditionsIn, ISTIO_ONLY, patternOf } from './match.ts';

export interface Conditions {
  readonly header?: { readonly name: string; readonly value: string; readonly exact: boolean };
  /** Its name: visitors whose cookie says `always` are chosen. */
  readonly cookie?: string;
}

const BEYOND_HEADERS = [...ISTIO_ONLY, 'uri', 'method', 'queryParams'];
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** The conditions of a test that nothing was objected to. */
export function conditionsOf(matches: readonly HttpMatch[]): Conditions {
  return matches
    .flatMap((match) => headersOf(match))
    .reduce<Conditions>((all, header) => ({ ...all, ...conditionOf(header) }), {});
}

/** What of an A/B test annotations cannot say; visitors nobody meant would see the canary, or nobody would. */
export function objections({ analysis, strategy, stepWeightPromotion }: RoutingWish): readonly Objection[] {
  if (strategy.kind !== 'ab-testing') return [];
  const parts = analysis.match.map((match, index) => objectionTo(match, index, analysis.match));
  const impossible = parts.flatMap((message, index) =>
    message === undefined ? [] : [{ field: `analysis.match[${index}]`, message }],
  );
  if (stepWeightPromotion === 0) return impossible;
  const message = 'in A/B testing an Ingress sends all who are chosen to the canary, never a share; drop it';
  return [...impossible, { field: 'analysis.stepWeightPromotion', message }];
}

function objectionTo(match: HttpMatch, index: number, matches: readonly HttpMatch[]): string | undefined {
  const beyond = conditionsIn(match, BEYOND_HEADERS);
  if (beyond.length > 0) return `matches by ${beyond.join(', ')}, which an Ingress cannot; drop it`;
  const [header, ...more] = headersOf(match);
  if (header === undefined) return 'matches by no header; an Ingress chooses by one header or cookie';
  if (more.length > 0) {
    const names = [header, ...more].map(([name]) => name);
    return `matches by ${names.join(' and ')} at once, an Ingress can by one of them; drop the others`;
  }
  const [name, { exact = '' }] = header;
  if (isCookie(name) && !COOKIE_NAME.test(exact)) {
    return 'matches a cookie, expected exact with its name: who has it with the value always is chosen';
  }
  const earlier = matches.slice(0, index).flatMap(headersOf);
  if (!earlier.some(([other]) => isCookie(other) === isCookie(name))) return undefined;
  const kind = isCookie(name) ? 'cookie' : 'header';
  return `matches by a second ${kind}, an Ingress can by one; drop all but one`;
}

function headersOf({ headers }: HttpMatch): readonly (readonly [string, StringMatch])[] {
  return Object.entries(headers ?? {});
}

function isCookie(header: string): boolean {
  return header.toLowerCase() === 'cookie';
}

function conditionOf([name, match]: readonly [string, StringMatch]): Conditions {
  const { exact = '' } = match;
  if (isCookie(name)) return { cookie: exact };
  const value = exact === '' ? patternOf(match) : exact;
  return { header: { name, value, exact: exact !== '' } };
}
