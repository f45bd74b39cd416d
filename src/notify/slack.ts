/** Slack, by incoming webhook or, with a token, by chat.postMessage; and whatever takes Slack's messages. */
import { millis } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import type { Alert, Destination, Notifier } from './notifier.ts';

const TIMEOUT = millis(5_000);

/** One message with one attachment: green, or red for an error. */
export const slack: Notifier = (alert, destination) => {
  const fault = faultOf(destination);
  if (fault !== undefined) return err(`slack: ${fault}`);
  const { address, token, proxy } = destination;
  return ok({
    method: 'POST',
    url: address,
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined || token === '' ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(messageOf(alert, destination)),
    timeout: TIMEOUT,
    ...(proxy === undefined || proxy === '' ? {} : { proxy }),
  });
};

/** What a destination lacks. The address is not repeated: whoever knows it can post. */
function faultOf({ address, channel, username }: Destination): string | undefined {
  if (address === '') return 'the address is missing';
  const protocol = URL.canParse(address) ? new URL(address).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    return 'the address does not begin with http:// or https://';
  }
  if (channel === '') return 'the channel is missing';
  return username === '' ? 'the username is missing' : undefined;
}

function messageOf(alert: Alert, { channel, username }: Destination): unknown {
  return {
    channel,
    username,
    icon_url: '',
    icon_emoji: ':rocket:',
    attachments: [
      {
        color: alert.severity === 'error' ? 'danger' : 'good',
        author_name: escape(alert.author),
        text: escape(alert.message),
        mrkdwn_in: ['text'],
        fields: alert.fields.map(({ name, value }) => ({
          title: escape(name),
          value: escape(value),
          short: false,
        })),
      },
    ],
  };
}

/** The three characters Slack reads as markup; unescaped, `<!channel>` in an error text would call everybody. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
