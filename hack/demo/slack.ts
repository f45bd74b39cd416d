/** Receives what the controller would post to Slack and hands it on as plain text. It checks no token. */
import { z } from 'zod';
import { bodyOf, listen, type Listener } from './loopback.ts';

export interface SlackMessage {
  readonly channel: string;
  readonly author: string;
  readonly text: string;
  readonly color: string;
  readonly fields: readonly { readonly title: string; readonly value: string }[];
}

const Payload = z.object({
  channel: z.string().default(''),
  attachments: z
    .array(
      z.object({
        author_name: z.string().default(''),
        text: z.string().default(''),
        color: z.string().default(''),
        fields: z
          .array(z.object({ title: z.string(), value: z.string() }))
          .nullish()
          .transform((fields) => fields ?? []),
      }),
    )
    .min(1),
});

/** Listens on a free port; answers `ok` as Slack does, and 400 to what Slack would not understand either. */
export function startSlack(onMessage: (message: SlackMessage) => void): Promise<Listener> {
  return listen((request, response) => {
    void bodyOf(request).then(
      (body) => {
        const messages = messagesOf(body.toString('utf8'));
        messages.forEach(onMessage);
        response.writeHead(messages.length > 0 ? 200 : 400, { 'content-type': 'text/plain' });
        response.end(messages.length > 0 ? 'ok' : 'invalid_payload');
      },
      () => response.destroy(),
    );
  });
}

function messagesOf(body: string): readonly SlackMessage[] {
  const payload = Payload.safeParse(json(body));
  if (!payload.success) return [];
  const { channel, attachments } = payload.data;
  return attachments.map(({ author_name: author, text, color, fields }) => ({
    channel,
    author,
    text: text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    color,
    fields,
  }));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
