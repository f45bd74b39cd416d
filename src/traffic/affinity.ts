/**
 * Session affinity, for providers that can match a header and set one: rules for visitors who have a cookie come
 * before the rule that splits, and the rule that splits hands the cookies out.
 */
import type { AffinitySpec, HttpMatch, Objection, RoutingWish } from '../api/model.ts';
import type { Cookies, Routes } from '../core/model.ts';
import type { RoutedService } from './provider.ts';

export const SET_COOKIE = 'Set-Cookie';
const COOKIE = 'Cookie';

/** A rule for those who come with a cookie. */
export interface StickyRule {
  readonly match: readonly HttpMatch[];
  /** Where they go, as the canary's share. */
  readonly canary: 0 | 100;
  /** What their answers set: a cookie that has had its day ends at once. */
  readonly setCookie?: string;
}

export interface Affinity {
  /** In this order, before the rule that splits. */
  readonly rules: readonly StickyRule[];
  /** What the answers of each backend of the split set. */
  readonly setCookie: { readonly primary?: string; readonly canary?: string };
}

const NONE: Affinity = { rules: [], setCookie: {} };

/**
 * While the canary has a weight, its visitors keep coming back to it, and those of the primary to that where it has a
 * cookie of its own. When it has none, cookies of the run are taken back from whoever shows one.
 */
export function affinityOf({ analysis, service, cookies }: RoutedService, { canary }: Routes): Affinity {
  const { sessionAffinity: spec } = analysis;
  if (spec === undefined) return NONE;
  const sticky = (cookie: string): readonly HttpMatch[] => withCookie(service.match, cookie);
  if (canary === 0) {
    const { previous } = cookies;
    if (previous === undefined) return NONE;
    const setCookie = headerOf(previous, spec, -1);
    return { rules: [{ match: sticky(previous), canary: 0, setCookie }], setCookie: {} };
  }
  const primary = spec.primaryCookieName === undefined ? undefined : cookies.primary;
  const { canary: own } = cookies;
  return {
    rules: [
      ...(own === undefined ? [] : [{ match: sticky(own), canary: 100 as const }]),
      ...(primary === undefined ? [] : [{ match: sticky(primary), canary: 0 as const }]),
    ],
    setCookie: {
      ...(own !== undefined && { canary: headerOf(own, spec, spec.maxAge) }),
      // Those of the primary get another chance of the canary's share with each step.
      ...(primary !== undefined && {
        primary: headerOf(primary, spec, Math.max(1, Math.round(analysis.interval / 1_000))),
      }),
    },
  };
}

/** The cookies that answers of primary and canary set, as far as they keep anybody. */
export function cookiesFrom(setCookie: {
  readonly primary: string | undefined;
  readonly canary: string | undefined;
}): { readonly cookies?: Cookies } {
  const canary = cookieIn(setCookie.canary);
  const primary = cookieIn(setCookie.primary);
  if (canary === undefined && primary === undefined) return {};
  return {
    cookies: { ...(canary !== undefined && { canary }), ...(primary !== undefined && { primary }) },
  };
}

/** The header that matches a cookie can say nothing else, and the rules it is matched by are ours. */
export function affinityObjections({ service, analysis }: RoutingWish): readonly Objection[] {
  if (analysis.sessionAffinity === undefined) return [];
  if (service.existingRoute !== undefined) {
    const message =
      'cannot be combined with service.existingRoute: it takes rules that are wholly ours; drop one';
    return [{ field: 'analysis.sessionAffinity', message }];
  }
  return service.match.flatMap(({ headers = {} }, index) => {
    const name = Object.keys(headers).find((key) => key.toLowerCase() === COOKIE.toLowerCase());
    if (name === undefined) return [];
    const message =
      'cannot be combined with analysis.sessionAffinity, which matches cookies; drop one of the two';
    return [{ field: `service.match[${index}].headers.${name}`, message }];
  });
}

function withCookie(matches: readonly HttpMatch[], cookie: string): readonly HttpMatch[] {
  const condition = { [COOKIE]: { regex: patternOf(cookie) } };
  const common = matches.length > 0 ? matches : [{}];
  return common.map((match) => ({ ...match, headers: { ...match.headers, ...condition } }));
}

/** Whether a router holds a pattern against all of the header or looks for it in there, this finds the same. */
function patternOf(cookie: string): string {
  const [name = '', value = ''] = cookie.split('=');
  return `.*${name.replace(/[$*+.^|]/g, '\\$&')}.*${value}.*`;
}

/** A browser forgets a cookie only under the attributes it was given it with. */
function headerOf(cookie: string, spec: AffinitySpec, maxAge: number): string {
  const { domain, path, sameSite, httpOnly, partitioned, secure } = spec;
  return [
    cookie,
    `Max-Age=${maxAge}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(partitioned ? ['Partitioned'] : []),
    ...(path === undefined ? [] : [`Path=${path}`]),
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
    ...(secure ? ['Secure'] : []),
  ].join('; ');
}

function cookieIn(header: string | undefined): string | undefined {
  return header?.includes('Max-Age=-') === false ? header.split(';')[0] : undefined;
}
