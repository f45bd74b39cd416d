import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createCloudIdentity } from '../../../src/adapters/cloud-identity.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { serve, type Loopback } from '../../support/loopback.ts';

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'serin-identity-'));
const before = { ...process.env };
let google: Loopback;
const heard: string[] = [];

beforeAll(async () => {
  google = await serve(({ url = '' }, response) => {
    heard.push(url);
    response.writeHead(200, { 'content-type': 'application/json', 'metadata-flavor': 'Google' });
    response.end(JSON.stringify({ access_token: 'ya29.token', expires_in: 3600, token_type: 'Bearer' }));
  });
});
afterAll(async () => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
  await google.close();
});

/** Off every cloud, whatever machine this is. */
function given(variables: Readonly<Record<string, string>>): ReturnType<typeof createCloudIdentity> {
  const nowhere = join(folder, 'nowhere');
  process.env = {
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    GOOGLE_APPLICATION_CREDENTIALS: nowhere,
    ...variables,
  };
  return createCloudIdentity({ clock: systemClock });
}

describe('who the controller is to a cloud', () => {
  it('is nobody where nothing says otherwise', async () => {
    const identity = given({});

    expect(await identity.aws({ signal })).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^the controller has no identity for AWS: /u),
    });
    expect(await identity.google({ signal })).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^the controller has no identity for Google Cloud: /u),
    });
  });

  it('is what variables say to AWS', async () => {
    const variables = {
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_SESSION_TOKEN: 'session',
    };
    const value = { accessKeyId: 'AKID', secretAccessKey: 'key', sessionToken: 'session' };

    expect(await given(variables).aws({ signal })).toEqual({ ok: true, value });
  });

  it('is what a node or its pod identity says to Google, for reading metrics, asked once while it is valid', async () => {
    const identity = given({
      GOOGLE_APPLICATION_CREDENTIALS: '',
      GCE_METADATA_HOST: new URL(google.url).host,
      METADATA_SERVER_DETECTION: 'assume-present',
      GOOGLE_CLOUD_PROJECT: 'acme',
    });

    expect(await identity.google({ signal })).toEqual({ ok: true, value: 'ya29.token' });
    expect(await identity.google({ signal })).toEqual({ ok: true, value: 'ya29.token' });
    const asked = heard.filter((url) => url.includes('/token'));
    expect(asked).toHaveLength(1);
    expect(decodeURIComponent(asked[0] ?? '')).toContain('https://www.googleapis.com/auth/monitoring.read');
  });
});
