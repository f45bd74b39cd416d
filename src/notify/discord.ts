/** Discord, by a webhook's own address: it takes Slack's messages under `/slack`. */
import { err, ok } from '../shared/result.ts';
import { attachmentFault, attachmentMessage } from './attachment.ts';
import { posted, withoutLinks } from './letter.ts';
import type { Notifier } from './notifier.ts';

const COLOURS = { good: 'good', bad: 'danger' };

export const discord: Notifier = {
  literal: withoutLinks,
  compose: (alert, destination) => {
    const fault = attachmentFault(destination);
    if (fault !== undefined) return err(`discord: ${fault}`);
    const url = slackAddress(destination.address);
    return ok({ request: posted(attachmentMessage(alert, destination, COLOURS), destination, url) });
  },
};

/** What is behind the path stays, such as the thread to post to. */
function slackAddress(address: string): string {
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/u, '');
  url.pathname = path.endsWith('/slack') ? path : `${path}/slack`;
  return url.href;
}
