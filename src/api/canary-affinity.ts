/** `spec.analysis.sessionAffinity`: by which cookies visitors are to stay with the version they saw first. */
import type { Spec } from '../core/model.ts';
import type { WrittenAnalysis } from './canary-schema.ts';
import type { Abilities, AffinitySpec } from './model.ts';
import type { Report } from './report.ts';
import { show } from './salvage.ts';

type Written = NonNullable<WrittenAnalysis['sessionAffinity']>;

const A_DAY = 86_400;
/** What the standard lets a name be made of; anything else would end the header early. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const ATTRIBUTE = /^[ -:<-~]*$/;

export interface AffinityContext {
  readonly provider: string;
  readonly support: Abilities;
  readonly strategy: Spec['strategy']['kind'];
  /** Where the analysis stands, `spec.analysis`. */
  readonly at: string;
}

/** Undefined where nothing is asked for, or nothing can come of it, which is then said. */
export function parseAffinity(
  written: Written | undefined,
  context: AffinityContext,
  report: Report,
): AffinitySpec | undefined {
  if (written === undefined) return undefined;
  const at = `${context.at}.sessionAffinity`;
  const named = checkNames(written, at, report);
  checkAttributes(written, at, report);
  return isHonoured(context, at, report) && named ? affinityOf(written) : undefined;
}

function isHonoured({ provider, support, strategy }: AffinityContext, at: string, report: Report): boolean {
  if (!support.routed) {
    report.warning(
      at,
      `has no effect: provider ${provider} routes no requests, so no visitor sees two versions`,
    );
    return false;
  }
  if (strategy === 'ab-testing') {
    report.warning(at, 'has no effect with match: in A/B testing the conditions say who sees the canary');
    return false;
  }
  if (support.affinity) return true;
  const message = `asks to keep visitors by a cookie, which provider ${provider} cannot do; drop it`;
  report.error(at, message, 'UnsupportedFeature');
  return false;
}

/** The cookies can be told apart, and both be sent. */
function checkNames(
  { cookieName = '', primaryCookieName = '' }: Written,
  at: string,
  report: Report,
): boolean {
  if (cookieName === '') {
    report.error(`${at}.cookieName`, 'is missing, expected the name of a cookie');
    return false;
  }
  const names = { cookieName, ...(primaryCookieName !== '' && { primaryCookieName }) };
  const wrong = Object.entries(names).filter(([, name]) => !NAME.test(name));
  for (const [field, name] of wrong) {
    const message = `found ${show(name)}, expected the name of a cookie: no spaces, commas, semicolons or other separators`;
    report.error(`${at}.${field}`, message);
  }
  if (cookieName !== primaryCookieName) return wrong.length === 0;
  report.error(
    `${at}.primaryCookieName`,
    `found ${show(primaryCookieName)}, the same as cookieName; the two cookies need different names`,
  );
  return false;
}

function checkAttributes(written: Written, at: string, report: Report): void {
  for (const field of ['domain', 'path'] as const) {
    const value = written[field] ?? '';
    if (ATTRIBUTE.test(value)) continue;
    report.error(`${at}.${field}`, `found ${show(value)}, expected text without semicolons or line breaks`);
  }
  const { maxAge = 0, secure, sameSite, partitioned } = written;
  if (maxAge < 0) report.error(`${at}.maxAge`, `found ${maxAge}, expected 1 or more seconds`);
  if (secure === true) return;
  const refused = 'browsers refuse such a cookie unless secure is true';
  if (sameSite === 'None') report.warning(`${at}.sameSite`, `found "None": ${refused}`);
  if (partitioned === true) report.warning(`${at}.partitioned`, `found true: ${refused}`);
}

function affinityOf(written: Written): AffinitySpec {
  const { cookieName = '', primaryCookieName, domain, path, sameSite, maxAge = 0 } = written;
  return {
    cookieName,
    ...(primaryCookieName && { primaryCookieName }),
    maxAge: maxAge > 0 ? maxAge : A_DAY,
    ...(domain && { domain }),
    ...(path && { path }),
    ...(sameSite && { sameSite }),
    httpOnly: written.httpOnly ?? false,
    secure: written.secure ?? false,
    partitioned: written.partitioned ?? false,
  };
}

/** As much of it as a decision depends on. */
export function affinityNames(affinity: AffinitySpec | undefined): Pick<Spec, 'affinity'> {
  if (affinity === undefined) return {};
  const { cookieName, primaryCookieName } = affinity;
  return { affinity: { cookieName, ...(primaryCookieName !== undefined && { primaryCookieName }) } };
}
