import { afterEach, describe, expect, it } from '@jest/globals';
import type { Listener } from '../../../hack/demo/loopback.ts';
import { startSlack, type SlackMessage } from '../../../hack/demo/slack.ts';

let slack: Listener | undefined;
afterEach(() => slack?.stop());

async function post(
  body: string,
): Promise<{ readonly status: number; readonly messages: readonly SlackMessage[] }> {
  const messages: SlackMessage[] = [];
  slack = await startSlack((message) => messages.push(message));
  const { status } = await fetch(slack.url, { method: 'POST', body });
  return { status, messages };
}

describe("the demo's Slack", () => {
  it('hands on what a message says', async () => {
    const body = JSON.stringify({
      channel: 'general',
      username: 'flagger',
      attachments: [
        {
          color: 'danger',
          author_name: 'podinfo.prod',
          text: 'success rate 66.67% &lt; 99%',
          fields: [{ title: 'Target', value: 'Deployment/podinfo.prod', short: false }],
        },
      ],
    });
    expect(await post(body)).toEqual({
      status: 200,
      messages: [
        {
          channel: 'general',
          author: 'podinfo.prod',
          color: 'danger',
          text: 'success rate 66.67% < 99%',
          fields: [{ title: 'Target', value: 'Deployment/podinfo.prod' }],
        },
      ],
    });
  });

  it.each(['', 'not json', '{}', '{"attachments":[]}'])('refuses %j', async (body) => {
    expect(await post(body)).toEqual({ status: 400, messages: [] });
  });
});
