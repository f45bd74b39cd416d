/**
 * Session affinity: the cookies by which visitors stay with the version they saw first. One is drawn for each run and
 * stays while requests reach the canary; the one for the primary stays for good. They are remembered before any route
 * knows them: a cookie that is forgotten is visitors who change versions.
 */
import type { Cookies, Situation, Spec, Status } from './model.ts';

/** The cookies after a move: drawn as soon as the canary gets a weight, to be expired as soon as it has none. */
export function cookiesAfter({ affinity }: Spec, next: Status, drawn: Situation['drawn']): Cookies {
  const { canary, primary, previous } = next.cookies;
  if (next.canaryWeight === 0) return cookies({ canary: undefined, primary, previous: canary ?? previous });
  if (affinity === undefined) return next.cookies;
  const { cookieName, primaryCookieName } = affinity;
  const renamed = isRenamed(primary, primaryCookieName);
  return cookies({
    canary: canary ?? `${cookieName}=${drawn.canary}`,
    primary: renamed ? `${primaryCookieName}=${drawn.primary}` : primary,
    previous,
  });
}

/** Visitors are to be kept who are not yet: what is missing comes with the next commit. */
export function lacksCookies(
  { affinity }: Spec,
  { canaryWeight, cookies: { canary, primary } }: Status,
): boolean {
  if (affinity === undefined || canaryWeight === 0) return false;
  const { primaryCookieName } = affinity;
  return canary === undefined || isRenamed(primary, primaryCookieName);
}

/** What routes are to know, as far as anybody asked for it. */
export function cookiesMeant({ affinity }: Spec, status: Status): { readonly cookies?: Cookies } {
  return affinity === undefined ? {} : { cookies: status.cookies };
}

/**
 * What was remembered, but for what the routes show: whoever wrote a cookie there first and died knows best which one
 * visitors have been given.
 */
export function cookiesTaken(remembered: Cookies, shown: Cookies = {}): Cookies {
  return { ...remembered, ...shown };
}

/** Flagger remembers one without a name where none is asked for. */
function isRenamed(cookie: string | undefined, name: string | undefined): boolean {
  return name !== undefined && cookie?.split('=')[0] !== name;
}

function cookies(all: { readonly [Name in keyof Cookies]-?: Cookies[Name] | undefined }): Cookies {
  const { canary, primary, previous } = all;
  return {
    ...(canary !== undefined && { canary }),
    ...(primary !== undefined && { primary }),
    ...(previous !== undefined && { previous }),
  };
}
