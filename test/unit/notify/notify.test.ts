import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

import type { Severity } from '../../../src/api/model.ts';
import { firesAt } from '../../../src/notify/alerts.ts';
import type { Alert, Destination, Letter } from '../../../src/notify/notifier.ts';
import { letterOf } from '../../../src/notify/registry.ts';

const about = {
  cluster: 'production',
  name: 'podinfo',
  namespace: 'test',
  target: 'podinfo',
  service: 'podinfo',
  phase: 'Failed',
  revision: '1-ab',
};

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
    about,
  },
  warn: {
    severity: 'warn',
    author: 'podinfo.test',
    message: 'Canary is waiting for approval.',
    fields: [],
    about,
  },
  error: {
    severity: 'error',
    author: 'podinfo.test',
    message: 'Promotion failed, primary not ready: 1 < 2 & <!channel>',
    fields: [{ name: 'Cluster', value: 'a&b' }],
    about,
  },
};

/** Where each messenger is reached; Teams in two places, each with cards of its own. */
const ADDRESSES: Readonly<Record<string, string>> = {
  slack: 'https://hooks.slack.example/services/T0/B0/secret',
  discord: 'https://discord.example/api/webhooks/1/secret?thread_id=7',
  rocket: 'https://rocket.example/hooks/1/secret',
  msteams: 'https://acme.webhook.office.example/webhookb2/a@b/IncomingWebhook/c/secret',
  'msteams by workflow':
    'https://prod-7.westeurope.logic.azure.com:443/workflows/a/triggers/manual?sig=secret',
  gchat: 'https://chat.googleapis.example/v1/spaces/A/messages?key=k&token=secret',
};

const aDestination = (destination: Partial<Destination> = {}): Destination => ({
  type: 'slack',
  address: ADDRESSES[destination.type ?? 'slack'] ?? '',
  channel: 'general',
  username: 'flagger',
  token: undefined,
  proxy: undefined,
  template: undefined,
  ...destination,
});

const to = (place: string): Destination =>
  aDestination({ type: place.split(' ')[0] ?? '', address: ADDRESSES[place] ?? '' });

function letter(alert: Alert, destination: Destination): Letter {
  const written = letterOf(alert, destination);
  if (!written.ok) throw new Error(written.error);
  return written.value;
}

const bodyOf = (alert: Alert, destination: Destination): unknown =>
  JSON.parse(letter(alert, destination).request.body ?? '') as unknown;

const golden = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/notify/${file}.json`, import.meta.url), 'utf8')) as unknown;

const SEVERITIES = ['info', 'warn', 'error'] as const;

describe.each(Object.keys(ADDRESSES))('an alert for %s', (place) => {
  const [type = '', generation] = place.split(' by ');

  it.each(SEVERITIES)('of severity %s is the body it always was', (severity) => {
    const file = `${type}/${generation === undefined ? '' : `${generation}-`}${severity}`;
    expect(bodyOf(ALERTS[severity], to(place))).toEqual(golden(file));
  });

  it('goes to the address as JSON, within five seconds, with nothing else', () => {
    const url =
      type === 'discord'
        ? 'https://discord.example/api/webhooks/1/secret/slack?thread_id=7'
        : ADDRESSES[place];
    expect(letter(ALERTS.info, to(place)).request).toEqual({
      method: 'POST',
      url,
      headers: { 'Content-Type': 'application/json' },
      body: expect.any(String),
      timeout: 5_000,
    });
  });

  it('goes through a proxy', () => {
    const { request } = letter(ALERTS.info, { ...to(place), proxy: 'http://proxy:3128' });
    expect(request.proxy).toBe('http://proxy:3128');
  });

  it('holds nothing secret beside the address', () => {
    const { url: _, ...request } = letter(ALERTS.error, {
      ...to(place),
      token: type === 'slack' ? '' : 'secret',
    }).request;
    expect(JSON.stringify(request)).not.toContain('secret');
  });

  it.each([
    [{ address: '' }, 'the address is missing'],
    [{ address: 'secret-without-scheme' }, 'the address does not begin with http:// or https://'],
  ])('is refused with a sentence when %j', (fault, sentence) => {
    expect(letterOf(ALERTS.info, { ...to(place), ...fault })).toEqual({
      ok: false,
      error: `${type}: ${sentence}`,
    });
  });
});

describe('an alert', () => {
  it('carries a token as bearer to Slack, and to nobody else', () => {
    const authorized = Object.keys(ADDRESSES).filter(
      (place) =>
        'Authorization' in (letter(ALERTS.info, { ...to(place), token: 'xoxb' }).request.headers ?? {}),
    );
    expect(authorized).toEqual(['slack']);
    expect(letter(ALERTS.info, aDestination({ token: 'xoxb' })).request.headers).toMatchObject({
      Authorization: 'Bearer xoxb',
    });
  });

  it.each(['slack', 'discord', 'rocket'])('for %s needs a channel and a username', (type) => {
    const refused = (fault: Partial<Destination>) => letterOf(ALERTS.info, { ...to(type), ...fault });
    expect(refused({ channel: '' })).toEqual({ ok: false, error: `${type}: the channel is missing` });
    expect(refused({ username: '' })).toEqual({ ok: false, error: `${type}: the username is missing` });
  });

  it.each(['slck', 'constructor'])('for %s is refused, since there is no such messenger', (type) => {
    expect(letterOf(ALERTS.info, aDestination({ type }))).toEqual({
      ok: false,
      error: `unknown alert provider type "${type}", known are slack, msteams, discord, rocket, gchat`,
    });
  });

  it.each([
    ['https://discord.example/1/t', 'https://discord.example/1/t/slack'],
    ['https://discord.example/1/t/', 'https://discord.example/1/t/slack'],
    ['https://discord.example/1/t/slack', 'https://discord.example/1/t/slack'],
    ['https://discord.example/1/t/slack/?wait=true', 'https://discord.example/1/t/slack?wait=true'],
  ])('for Discord at %s goes to %s', (address, url) => {
    expect(letter(ALERTS.info, aDestination({ type: 'discord', address })).request.url).toBe(url);
  });

  it.each([
    ['https://prod-7.westeurope.logic.azure.com/workflows/a/triggers/manual', 'message'],
    [
      'https://default1.2.environment.api.powerplatform.com:443/powerautomate/automations/direct/x',
      'message',
    ],
    ['https://relay.example/workflows/a/triggers/manual/paths/invoke', 'message'],
    ['https://acme.webhook.office.com/webhookb2/a', 'MessageCard'],
    ['https://outlook.office.com/webhook/a', 'MessageCard'],
    ['https://logic.azure.com.evil.example/a', 'MessageCard'],
    ['https://relay.example/teams', 'MessageCard'],
  ])('for Teams at %s is a %s', (address, kind) => {
    const body = bodyOf(ALERTS.info, aDestination({ type: 'msteams', address }));
    expect(Object.values(body as object)[0]).toBe(kind);
  });

  it.each(Object.keys(ADDRESSES))('for %s hides no link and mentions nobody', (place) => {
    const alert: Alert = {
      ...ALERTS.error,
      message: 'refused: [all is well](https://evil.example) <!channel> <b>',
    };
    const text = JSON.stringify(bodyOf(alert, to(place)));
    expect(text).toContain('all is well');
    const markup = place === 'slack' || place === 'gchat' ? ['<!channel>', '<b>'] : ['](https'];
    expect(markup.filter((piece) => text.includes(piece))).toEqual([]);
  });
});

describe('a template', () => {
  const TEMPLATE =
    '<https://runbooks.example/{{ name }}|runbook> {{ if eq severity "error" }}<!here> {{ end }}{{ message }}';

  it('gives a message its words: its own markup counts, what is filled in is literal', () => {
    expect(bodyOf(ALERTS.error, aDestination({ template: TEMPLATE }))).toMatchObject({
      attachments: [
        {
          author_name: 'podinfo.test',
          text: '<https://runbooks.example/podinfo|runbook> <!here> Promotion failed, primary not ready: 1 &lt; 2 &amp; &lt;!channel&gt;',
        },
      ],
    });
  });

  it.each(Object.keys(ADDRESSES))('is used for %s', (place) => {
    const template =
      '{{ cluster }}/{{ namespace }}/{{ target }}/{{ service }}: {{ phase }} at {{ revision }}';
    const text = JSON.stringify(bodyOf(ALERTS.info, { ...to(place), template }));
    expect(text).toContain('production/test/podinfo/podinfo: Failed at 1-ab');
    expect(text).not.toContain(ALERTS.info.message);
  });

  it.each([
    ['{{ nobody }}', 'line 1, column 4: '],
    ['{{ if }}', 'line 1, column '],
    [' {{- /* nothing */ -}} ', 'it yields an empty text'],
    ['x'.repeat(4_001), 'it yields more than 4000 characters'],
  ])('such as %.30s loses no message', (template, complaint) => {
    const written = letter(ALERTS.error, aDestination({ template }));
    expect(JSON.parse(written.request.body ?? '')).toEqual(golden('slack/error'));
    expect(written.complaint).toContain(complaint);
  });
});

describe('an answer with status 200', () => {
  const heard = (destination: Partial<Destination>, body: string) =>
    letter(ALERTS.info, aDestination(destination)).unheard?.(body);

  it.each([
    ['{"ok":true,"ts":"1"}', undefined],
    ['ok', undefined],
    ['{"ok":false,"error":"channel_not_found"}', { detail: 'slack says channel_not_found', passing: false }],
    ['{"ok":false,"error":"ratelimited"}', { detail: 'slack says ratelimited', passing: true }],
    ['{"ok":false,"error":"Bearer xoxb-secret"}', undefined],
  ])('to a bot of Slack, %s', (body, read) => {
    expect(heard({ token: 'xoxb' }, body)).toEqual(read);
  });

  it.each([
    ['1', undefined],
    ['', undefined],
    [
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0',
      { detail: 'the connector says that Teams answered with status 429', passing: true },
    ],
    [
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId tcid=0',
      { detail: 'the connector says that Teams answered with status 413', passing: false },
    ],
    [
      'Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint',
      { detail: 'the connector did not reach Teams', passing: true },
    ],
  ])('of a connector of Teams, "%s"', (body, read) => {
    expect(heard({ type: 'msteams' }, body)).toEqual(read);
  });

  it('is all there is to know of the others, and of a webhook of Slack', () => {
    const silent = ['slack', 'discord', 'rocket', 'gchat'].filter(
      (type) => letter(ALERTS.info, to(type)).unheard !== undefined,
    );
    expect(silent).toEqual([]);
  });
});

describe('an alert fires', () => {
  it.each([
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('at %s for %j only', (wanted, fires) => {
    expect(SEVERITIES.filter((severity) => firesAt(wanted, severity))).toEqual(fires);
  });
});
