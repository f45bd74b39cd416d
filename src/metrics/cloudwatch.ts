/** Amazon CloudWatch: GetMetricData over ten intervals. Who asks is in the Secret, or else whoever the controller is to AWS. */
import { z } from 'zod';

import { err, ok, type Result } from '../shared/result.ts';
import { urlOf } from './address.ts';
import { signedForAws } from './aws-signature.ts';
import { asOurselves } from './own-identity.ts';
import type { AwsKeys, MetricBackend, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, malformed, numeric, valueOr, type Ask } from './recipe.ts';
import { windowOf } from './window.ts';

const ID = 'aws_access_key_id';
const SECRET = 'aws_secret_access_key';
const SESSION = 'aws_session_token';
const REGION = /^[a-z]+(-[a-z]+)+-\d+$/u;
const MOST_POINTS = 20;
/** As a service spells the members of a query; people who come from Flagger may write them in any case. */
const MEMBERS = [
  ...['Id', 'Expression', 'Label', 'ReturnData', 'Period', 'AccountId', 'MetricStat', 'Metric', 'Namespace'],
  ...['MetricName', 'Dimensions', 'Name', 'Value', 'Stat', 'Unit'],
] as const;
/** An answer of status 400 that is about who asks, and not about what is asked. */
const STRANGER =
  /UnrecognizedClient|InvalidClientToken|Signature|ExpiredToken|AccessDenied|MissingAuthentication/u;

const Results = z.object({
  MetricDataResults: z.array(
    z.object({ StatusCode: z.string().optional(), Values: z.array(numeric).default([]) }),
  ),
});

const asked = httpMetricProvider({
  lacks: ({ credentials }) => {
    const lacking = [ID, SECRET].filter((key) => !credentials[key]);
    if (Object.keys(credentials).length === 0 || lacking.length === 0) return undefined;
    return `the secret of a cloudwatch provider lacks the key ${lacking.join(' and ')}`;
  },
  request: (query, backend, now) => {
    const window = windowOf(query, now);
    if (!window.ok) return window;
    const queries = queriesIn(query.query);
    if (!queries.ok) return queries;
    const { from: StartTime, to: EndTime } = window.value;
    const body = { MetricDataQueries: queries.value, StartTime, EndTime, MaxDatapoints: MOST_POINTS };
    return ok(call(backend, body));
  },
  // One that asks for nothing is refused, by a service that knows who asks.
  check: (backend) => call(backend, {}),
  works: ({ status, body }) => status === 400 && !STRANGER.test(body),
  authorize: async (ask, { credentials, region }, { clock, identity }, options) => {
    const own = keysIn(credentials);
    const keys = own === undefined ? await identity.aws(options) : ok(own);
    if (!keys.ok) return keys;
    return ok(signedForAws(ask, keys.value, { region, service: 'monitoring', now: clock.now() }));
  },
  body: Results,
  // The newest comes first. One that failed has no values and says so.
  value: ({ MetricDataResults: [first] }) =>
    first?.StatusCode === 'Forbidden' || first?.StatusCode === 'InternalError'
      ? malformed(`the first query ended with ${first.StatusCode}`)
      : valueOr(first?.Values[0]),
});

/** The newest value of the first result counts. */
export const cloudwatch: MetricProviderFactory = (backend, context) => {
  const { region, credentials } = backend;
  if (!REGION.test(region)) {
    const found = region === '' ? 'none' : JSON.stringify(region);
    return err(`a cloudwatch provider needs a region such as us-west-2, found ${found}`);
  }
  const host = hostIn(region);
  const mine =
    Object.keys(credentials).length > 0
      ? ok({ ...backend, address: backend.address || host })
      : asOurselves(backend, host, [ID, SECRET]);
  return mine.ok ? asked(mine.value, context) : mine;
};

function hostIn(region: string): string {
  return `https://monitoring.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function keysIn(credentials: MetricBackend['credentials']): AwsKeys | undefined {
  const { [ID]: accessKeyId, [SECRET]: secretAccessKey, [SESSION]: sessionToken } = credentials;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function call({ address }: MetricBackend, body: unknown): Ask {
  return {
    method: 'POST',
    url: urlOf(address, '/'),
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': 'GraniteServiceVersion20100801.GetMetricData',
    },
    body: JSON.stringify(body),
  };
}

function queriesIn(text: string): Result<unknown, string> {
  const expected = 'the query of a cloudwatch provider is a JSON list of metric data queries';
  try {
    const queries: unknown = JSON.parse(text);
    return Array.isArray(queries) ? ok(spelled(queries)) : err(`${expected}, found JSON of another kind`);
  } catch {
    return err(`${expected}, found text that is not JSON`);
  }
}

function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]: [string, unknown]) => [
    MEMBERS.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key,
    spelled(member),
  ]);
  return Object.fromEntries(members) as unknown;
}
