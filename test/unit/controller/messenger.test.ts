import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { Aside } from '../../../src/controller/announcer.ts';
import { createMessenger } from '../../../src/controller/messenger.ts';
import type { News } from '../../../src/core/model.ts';
import { revision } from '../../../src/shared/brand.ts';
import { aParsedCanary } from '../../support/canary-object.ts';
import { FakeTools } from './tools.ts';

const { signal } = new AbortController();
const PROMOTED: News = { kind: 'promoted' };

/** Tells one piece of news, and what is put aside of it at the same time. */
async function announce(
  tools: FakeTools,
  canary: Canary,
  news: News,
  messenger = createMessenger(tools),
): Promise<void> {
  const at = tools.clock.now();
  const announcement = { sequence: 4, at, phase: 'Succeeded', revision: revision('1-ab'), news } as const;
  const beside: Promise<unknown>[] = [];
  const aside: Aside = (_, work) => void beside.push(work());
  await messenger.announce(canary, announcement, signal, aside);
  await Promise.all(beside);
}

function bodies(tools: FakeTools): readonly Record<string, unknown>[] {
  return tools.requests.map(({ body }) => JSON.parse(body ?? '') as Record<string, unknown>);
}

describe('the messenger', () => {
  it('records an Event under a key that is the same for a repeat', async () => {
    const tools = new FakeTools();
    const canary = aParsedCanary();
    await announce(tools, canary, PROMOTED);
    await announce(tools, canary, PROMOTED);
    const told = `Normal Promotion completed! Scaling down podinfo.test (${canary.uid}.4.0)`;
    expect(tools.recorded).toEqual([told, told]);
  });

  it('waits for an API server that restarts, for a minute', async () => {
    const tools = new FakeTools();
    tools.eventFailures = 3;
    const told = announce(tools, aParsedCanary(), PROMOTED);
    await tools.clock.advance(6_000);
    await told;
    expect(tools.recorded).toHaveLength(1);

    tools.eventFailures = 1_000;
    const given = announce(tools, aParsedCanary(), PROMOTED);
    await tools.clock.advance(60_000);
    await given;
    expect(tools.recorded).toHaveLength(1);
  });

  it('sends events to the hooks of the Canary, or else to the global one', async () => {
    const tools = new FakeTools('-event-webhook=http://global');
    await announce(tools, aParsedCanary(), PROMOTED);
    const webhooks = [
      { name: 'chat', type: 'event', url: 'http://own', metadata: { room: 'ops', eventType: 'mine' } },
    ];
    await announce(tools, aParsedCanary({ analysis: { webhooks } }), PROMOTED);
    expect(tools.requests.map(({ url }) => url)).toEqual(['http://global', 'http://own']);
    const [global, own] = bodies(tools);
    expect(global).toMatchObject({
      name: 'podinfo',
      namespace: 'test',
      phase: 'Succeeded',
      metadata: { eventMessage: 'Promotion completed! Scaling down podinfo.test', eventType: 'Normal' },
    });
    expect(own?.['metadata']).toMatchObject({ room: 'ops', eventType: 'Normal' });
  });

  it('sends every event to every event hook of the Canary', async () => {
    const tools = new FakeTools();
    const webhooks = ['one', 'two'].map((name) => ({ name, type: 'event', url: `http://${name}` }));
    tools.answers.set('http://one', 400);
    await announce(tools, aParsedCanary({ analysis: { webhooks } }), PROMOTED);
    expect(tools.requests.map(({ url }) => url)).toEqual(['http://one', 'http://two']);
  });

  it('asks the global event hook once, for ten seconds, and adds nothing to what happened', async () => {
    const tools = new FakeTools('-event-webhook=http://global');
    tools.answers.set('http://global', 503);
    await announce(tools, aParsedCanary(), PROMOTED);
    expect(tools.requests).toMatchObject([{ url: 'http://global', timeout: 10_000, insecure: false }]);
    expect(bodies(tools)[0]).toHaveProperty('metadata', {
      eventMessage: 'Promotion completed! Scaling down podinfo.test',
      eventType: 'Normal',
      timestamp: expect.stringMatching(/^\d+$/),
    });
  });

  it('logs every event with the name of the Canary', async () => {
    const tools = new FakeTools();
    const lines: unknown[] = [];
    const info = (fields: object, text: string): void => void lines.push({ ...fields, text });
    await announce(Object.assign(tools, { log: { ...tools.log, info } }), aParsedCanary(), PROMOTED);
    expect(lines).toEqual([
      { canary: 'podinfo.test', type: 'Normal', text: 'Promotion completed! Scaling down podinfo.test' },
    ]);
  });

  it('calls post-rollout hooks with the outcome, those after a failed one too, and tells what they answered', async () => {
    const tools = new FakeTools();
    tools.answers.set('http://bad', 400);
    const webhooks = [
      { name: 'bad', type: 'post-rollout', url: 'http://bad' },
      { name: 'good', type: 'post-rollout', url: 'http://good' },
    ];
    await announce(tools, aParsedCanary({ analysis: { webhooks } }), {
      kind: 'post-rollout',
      outcome: 'Failed',
    });
    expect(bodies(tools).map(({ phase }) => phase)).toEqual(['Failed', 'Failed']);
    expect(tools.recorded.map((line) => line.replace(/ \(.*/, ''))).toEqual([
      'Warning Post-rollout hook bad failed not now',
      'Normal Post-rollout check good passed',
    ]);
  });

  it('sends alerts through the flags where the Canary names no provider', async () => {
    const tools = new FakeTools('-slack-url=http://slack', '-slack-channel=ops', '-cluster-name=blue');
    await announce(tools, aParsedCanary(), { kind: 'initialized' });
    expect(tools.requests.map(({ url }) => url)).toEqual(['http://slack']);
    expect(JSON.stringify(bodies(tools))).toContain('New Deployment detected, initialization completed.');
    expect(JSON.stringify(bodies(tools))).toContain(
      '"title":"Traffic routing","value":"Weight step: 20 max: 50"',
    );
    expect(JSON.stringify(bodies(tools))).toContain('"title":"Cluster","value":"blue"');
  });

  it('sends alerts to Slack and to Teams where the flags name both', async () => {
    const tools = new FakeTools('-slack-url=http://slack', '-slack-channel=ops', '-msteams-url=http://teams');
    await announce(tools, aParsedCanary(), PROMOTED);
    expect(tools.requests.map(({ url }) => url)).toEqual(['http://slack', 'http://teams']);
    expect(bodies(tools)[1]).toHaveProperty('@type', 'MessageCard');
  });

  it('gives each alert a lane of its own', async () => {
    const tools = new FakeTools(
      '-slack-url=http://slack',
      '-slack-channel=ops',
      '-event-webhook=http://global',
    );
    const lanes: string[] = [];
    const at = tools.clock.now();
    const announcement = {
      sequence: 4,
      at,
      phase: 'Succeeded',
      revision: revision('1-ab'),
      news: PROMOTED,
    } as const;
    const aside: Aside = (receiver) => void lanes.push(receiver);
    await createMessenger(tools).announce(aParsedCanary(), announcement, signal, aside);
    expect(lanes).toEqual(['alert by slack', 'event hook event-webhook']);
    expect(tools.recorded).toHaveLength(1);
  });

  it('writes an alert anew for each attempt, with the Secret as it is then', async () => {
    const tools = new FakeTools();
    const secret = (address: string): void =>
      tools.put({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'chat', namespace: 'test' },
        data: { address: Buffer.from(address).toString('base64') },
      });
    tools.put({
      apiVersion: 'flagger.app/v1beta1',
      kind: 'AlertProvider',
      metadata: { name: 'chat', namespace: 'test' },
      spec: { type: 'gchat', secretRef: { name: 'chat' } },
    });
    secret('http://old');
    tools.answers.set('http://old', 503);
    const alerts = [{ name: 'all', severity: 'info', providerRef: { name: 'chat' } }];
    const telling = announce(tools, aParsedCanary({ analysis: { alerts } }), PROMOTED);
    await tools.clock.advance(500);
    secret('http://new');
    await tools.clock.advance(5_000);
    await telling;
    // The attempt that was waited for was written before.
    expect(tools.requests.map(({ url }) => url)).toEqual(['http://old', 'http://old', 'http://new']);
  });

  it('sends alerts to the providers of the Canary only, with their secrets, by severity', async () => {
    const tools = new FakeTools('-slack-url=http://global', '-slack-channel=ops');
    tools.put({
      apiVersion: 'flagger.app/v1beta1',
      kind: 'AlertProvider',
      metadata: { name: 'chat', namespace: 'test' },
      spec: { type: 'slack', channel: 'dev', username: 'serin', secretRef: { name: 'chat' } },
    });
    tools.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'chat', namespace: 'test' },
      data: { address: Buffer.from('http://own\n').toString('base64') },
    });
    const alerts = [
      { name: 'all', severity: 'info', providerRef: { name: 'chat' } },
      { name: 'bad', severity: 'error', providerRef: { name: 'chat' } },
      { name: 'lost', severity: 'info', providerRef: { name: 'nowhere' } },
    ];
    await announce(tools, aParsedCanary({ analysis: { alerts } }), PROMOTED);
    expect(tools.requests.map(({ url }) => url)).toEqual(['http://own']);
    expect(tools.reads).toEqual(['Secret/test/chat']);
  });

  it.each([undefined, 'test', 'ops'])('finds the provider of an alert in namespace %s', async (namespace) => {
    const tools = new FakeTools();
    const place = namespace ?? 'test';
    tools.put({
      apiVersion: 'flagger.app/v1beta1',
      kind: 'AlertProvider',
      metadata: { name: 'chat', namespace: place },
      spec: { type: 'slack', channel: 'dev', secretRef: { name: 'chat' } },
    });
    tools.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'chat', namespace: place },
      data: { address: Buffer.from(`http://${place}`).toString('base64') },
    });
    const providerRef = { name: 'chat', ...(namespace !== undefined && { namespace }) };
    const alerts = [{ name: 'all', severity: 'info', providerRef }];
    await announce(tools, aParsedCanary({ analysis: { alerts } }), PROMOTED);
    expect(tools.requests.map(({ url }) => url)).toEqual([`http://${place}`]);
    expect(JSON.stringify(bodies(tools))).toContain('"author_name":"podinfo.test"');
  });
});
