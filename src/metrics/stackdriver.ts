/** Google Cloud Monitoring: a query in MQL. Who asks is in the Secret, or else whoever the controller is to Google. */
import { z } from 'zod';

import type { Instant } from '../shared/brand.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { signedToken } from '../shared/signature.ts';
import { urlOf } from './address.ts';
import { asOurselves } from './own-identity.ts';
import type { MetricBackend, MetricError, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, malformed, NO_DATA, numeric, type Ask } from './recipe.ts';

const HOST = 'https://monitoring.googleapis.com';
const PROJECT = 'project';
const KEY = 'serviceAccountKey';
/** A token is made for one request. */
const SECONDS = 600;

const ServiceAccount = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().default(''),
});
const Value = z.object({ doubleValue: numeric.optional(), int64Value: numeric.optional() });
const Series = z.object({ pointData: z.array(z.object({ values: z.array(Value) })).default([]) });
const Answer = z.union([
  z.object({ timeSeriesDescriptor: z.object({}), timeSeriesData: z.array(Series).default([]) }),
  // Nothing at all, as an answer without any series may be.
  z.strictObject({}).transform(() => ({ timeSeriesData: [] })),
]);

const asked = httpMetricProvider({
  credentials: [PROJECT],
  request: ({ query }, backend) => ok(call(backend, query)),
  // One that asks for nothing is refused, by a service that knows who asks.
  check: (backend) => call(backend, ''),
  works: ({ status, body }) => status === 400 && body.includes('INVALID_ARGUMENT'),
  authorize: async (ask, { credentials }, { clock, identity }, options) => {
    const key = credentials[KEY];
    const token = key === undefined ? await identity.google(options) : tokenOf(key, clock.now());
    if (!token.ok) return token;
    return ok({ ...ask, headers: { ...ask.headers, Authorization: `Bearer ${token.value}` } });
  },
  body: Answer,
  value: ({ timeSeriesData: [series] }) => firstOf(series?.pointData[0]?.values[0]),
});

/** The first point of the first series counts, which is the newest. */
export const stackdriver: MetricProviderFactory = (backend, context) => {
  const mine =
    KEY in backend.credentials
      ? ok({ ...backend, address: backend.address || HOST })
      : asOurselves(backend, HOST, [KEY]);
  return mine.ok ? asked(mine.value, context) : mine;
};

function call({ address, credentials }: MetricBackend, query: string): Ask {
  const path = `/v3/projects/${encodeURIComponent(credentials[PROJECT] ?? '')}/timeSeries:query`;
  return {
    method: 'POST',
    url: urlOf(address, path),
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  };
}

function firstOf(value: z.infer<typeof Value> | undefined): Result<number, MetricError> {
  if (value === undefined) return NO_DATA;
  const number = value.doubleValue ?? value.int64Value;
  return number === undefined ? malformed('the value is not a number') : ok(number);
}

/** A token that the service account signs itself, so that its key is shown to nobody and no other address asked. */
function tokenOf(key: string, now: Instant): Result<string, string> {
  const refused = `the key ${KEY} of the secret of a stackdriver provider`;
  let json: unknown;
  try {
    json = JSON.parse(key);
  } catch {
    return err(`${refused} is not JSON`);
  }
  const account = ServiceAccount.safeParse(json);
  if (!account.success) return err(`${refused} is not the key of a service account`);
  const { client_email: iss, private_key: pem, private_key_id: id } = account.data;
  const iat = Math.trunc(now / 1_000);
  const token = signedToken({ iss, sub: iss, aud: `${HOST}/`, iat, exp: iat + SECONDS }, { pem, id });
  return token.ok ? token : err(`${refused}: ${token.error}`);
}
