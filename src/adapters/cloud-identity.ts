/**
 * Who the controller is to a cloud: roles of its service account, of its node, or files and variables it was given. The vendors'
 * own libraries find that out, and are loaded when somebody asks for the first time.
 */
import { millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AwsKeys, CloudIdentity } from '../metrics/provider.ts';
import { withDeadline } from './deadline.ts';
import { describeError } from './redact.ts';

/** Off its cloud, a library looks for one that is not there for some seconds. */
const TIMEOUT = millis(10_000);
/** Reading metrics, and nothing else. */
const GOOGLE_SCOPES = ['https://www.googleapis.com/auth/monitoring.read'];

type Options = { readonly signal: AbortSignal };

/** Both keep what they have found for as long as it is valid. */
export function createCloudIdentity({ clock }: { readonly clock: Clock }): CloudIdentity {
  const google = once(async () => {
    const { GoogleAuth } = await import('google-auth-library');
    const auth = new GoogleAuth({ scopes: GOOGLE_SCOPES });
    return async () => (await auth.getAccessToken()) ?? '';
  });
  const aws = once(async () => {
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    return defaultProvider();
  });
  const found = async <Value>(
    whose: string,
    work: () => Promise<Value>,
    { signal }: Options,
  ): Promise<Result<Value, string>> => {
    const none = `the controller has no identity for ${whose}`;
    try {
      const timed = await withDeadline({ clock, span: TIMEOUT, signal }, work);
      return timed.kind === 'done' ? ok(timed.value) : err(`${none}: no answer within ${TIMEOUT} ms`);
    } catch (error) {
      signal.throwIfAborted();
      return err(`${none}: ${describeError(error)}`);
    }
  };
  return {
    google: async (options) => {
      const token = await found('Google Cloud', async () => (await google())(), options);
      return token.ok && token.value === '' ? err('the controller has no identity for Google Cloud') : token;
    },
    aws: (options) =>
      found(
        'AWS',
        async (): Promise<AwsKeys> => {
          const { accessKeyId, secretAccessKey, sessionToken } = await (await aws())();
          return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
        },
        options,
      ),
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
