/** Slack, by incoming webhook or, with a token, by chat.postMessage; and whatever takes Slack's messages. */
import { z } from 'zod';

import { err, ok } from '../shared/result.ts';
import { attachmentFault, attachmentMessage } from './attachment.ts';
import { posted, withoutTags } from './letter.ts';
import type { Notifier, Unheard } from './notifier.ts';

/** What chat.postMessage answers with status 200, whether it has posted or not. */
const Refusal = z.object({ ok: z.literal(false), error: z.string().regex(/^\w{1,60}$/u) });
const PASSING = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
]);

/** One message with one attachment: green, or red for an error. Unescaped, `<!channel>` would call everybody. */
export const slack: Notifier = {
  literal: withoutTags,
  compose: (alert, destination) => {
    const fault = attachmentFault(destination);
    if (fault !== undefined) return err(`slack: ${fault}`);
    const { token } = destination;
    const request = posted(
      attachmentMessage(alert, destination, { good: 'good', bad: 'danger' }),
      destination,
    );
    if (token === undefined || token === '') return ok({ request });
    return ok({
      request: { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } },
      unheard,
    });
  },
};

function unheard(body: string): Unheard | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return undefined;
  }
  const refusal = Refusal.safeParse(answer);
  if (!refusal.success) return undefined;
  const { error } = refusal.data;
  return { detail: `slack says ${error}`, passing: PASSING.has(error) };
}
