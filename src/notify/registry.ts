/** Every kind of place we can send alerts to, by the name users write into `spec.type`. */
import type { HttpRequest } from '../shared/http.ts';
import { err, type Result } from '../shared/result.ts';
import type { Alert, Destination, Notifier } from './notifier.ts';
import { slack } from './slack.ts';

export const NOTIFIERS: Readonly<Record<string, Notifier>> = {
  slack,
};

/** The one request that delivers an alert; refuses with a sentence an unknown type or an unusable destination. */
export function notification(alert: Alert, destination: Destination): Result<HttpRequest, string> {
  const { type } = destination;
  const notifier = Object.hasOwn(NOTIFIERS, type) ? NOTIFIERS[type] : undefined;
  if (notifier !== undefined) return notifier(alert, destination);
  const known = Object.keys(NOTIFIERS).join(', ');
  return err(`unknown alert provider type ${JSON.stringify(type)}, known are ${known}`);
}
