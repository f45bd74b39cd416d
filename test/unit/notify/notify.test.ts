import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

import type { Severity } from '../../../src/api/model.ts';
import { firesAt } from '../../../src/notify/alerts.ts';
import type { Alert, Destination } from '../../../src/notify/notifier.ts';
import { notification } from '../../../src/notify/registry.ts';

const ALERTS: Readonly<Record<Severity, Alert>> = {
  info: {
    severity: 'info',
    author: 'podinfo.test',
    message: 'New revision detected, progressing canary analysis.',
    fields: [
      { name: 'Cluster', value: 'production' },
      { name: 'Target', value: 'Deployment/podinfo.test' },
      { name: 'Failed checks threshold', value: '5' },
      { name: 'Progress deadline', value: '60s' },
      { name: 'Traffic routing', value: 'Weight step: 10 max: 50' },
    ],
  },
  warn: { severity: 'warn', author: 'podinfo.test', message: 'Canary is waiting for approval.', fields: [] },
  error: {
    severity: 'error',
    author: 'podinfo.test',
    message: 'Promotion failed, primary not ready: 1 < 2 & <!channel>',
    fields: [{ name: 'Cluster', value: 'a&b' }],
  },
};

const aDestination = (destination: Partial<Destination> = {}): Destination => ({
  type: 'slack',
  address: 'https://hooks.slack.example/services/T0/B0/secret',
  channel: 'general',
  username: 'flagger',
  token: undefined,
  proxy: undefined,
  ...destination,
});

const golden = (severity: Severity): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/notify/slack/${severity}.json`, import.meta.url), 'utf8'),
  ) as unknown;

describe('an alert for Slack', () => {
  it.each(['info', 'warn', 'error'] as const)('of severity %s is the body it always was', (severity) => {
    const request = notification(ALERTS[severity], aDestination());
    if (!request.ok) throw new Error(request.error);
    expect(JSON.parse(request.value.body ?? '')).toEqual(golden(severity));
  });

  it('goes to the address as JSON, within five seconds, with nothing else', () => {
    const request = notification(ALERTS.info, aDestination());
    expect(request).toEqual({
      ok: true,
      value: {
        method: 'POST',
        url: 'https://hooks.slack.example/services/T0/B0/secret',
        headers: { 'Content-Type': 'application/json' },
        body: expect.any(String),
        timeout: 5_000,
      },
    });
  });

  it('carries a token as bearer, and goes through a proxy', () => {
    const request = notification(ALERTS.info, aDestination({ token: 'xoxb', proxy: 'http://proxy:3128' }));
    expect(request).toMatchObject({
      value: { headers: { Authorization: 'Bearer xoxb' }, proxy: 'http://proxy:3128' },
    });
  });

  it.each([
    [{ address: '' }, 'slack: the address is missing'],
    [{ address: 'secret-without-scheme' }, 'slack: the address does not begin with http:// or https://'],
    [{ channel: '' }, 'slack: the channel is missing'],
    [{ username: '' }, 'slack: the username is missing'],
    [{ type: 'slck' }, 'unknown alert provider type "slck", known are slack'],
    [{ type: 'constructor' }, 'unknown alert provider type "constructor", known are slack'],
  ])('is refused with a sentence when %j', (destination, error) => {
    expect(notification(ALERTS.info, aDestination(destination))).toEqual({ ok: false, error });
  });
});

describe('an alert fires', () => {
  it.each([
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('at %s for %j only', (wanted, fires) => {
    const severities = ['info', 'warn', 'error'] as const;
    expect(severities.filter((severity) => firesAt(wanted, severity))).toEqual(fires);
  });
});
