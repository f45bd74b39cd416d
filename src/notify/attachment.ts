/** The message with one attachment that Slack made common: Discord and Rocket.Chat take it as well. */
import type { Alert, Destination } from './notifier.ts';
import { addressFault } from './letter.ts';

/** The colour beside the text: of an error, and of everything else. */
export interface Colours {
  readonly good: string;
  readonly bad: string;
}

export function attachmentFault(destination: Destination): string | undefined {
  const fault = addressFault(destination);
  if (fault !== undefined) return fault;
  if (destination.channel === '') return 'the channel is missing';
  return destination.username === '' ? 'the username is missing' : undefined;
}

export function attachmentMessage(
  { severity, author, message, fields }: Alert,
  { channel, username }: Destination,
  { good, bad }: Colours,
): unknown {
  return {
    channel,
    username,
    icon_url: '',
    icon_emoji: ':rocket:',
    attachments: [
      {
        color: severity === 'error' ? bad : good,
        author_name: author,
        text: message,
        mrkdwn_in: ['text'],
        fields: fields.map(({ name, value }) => ({ title: name, value, short: false })),
      },
    ],
  };
}
