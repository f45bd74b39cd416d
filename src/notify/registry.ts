/** Every kind of place we can send alerts to, by the name users write into `spec.type`. */
import { err, type Result } from '../shared/result.ts';
import { discord } from './discord.ts';
import { gchat } from './gchat.ts';
import { msteams } from './msteams.ts';
import type { Alert, Destination, Letter, Notifier } from './notifier.ts';
import { rocket } from './rocket.ts';
import { slack } from './slack.ts';

export const NOTIFIERS: Readonly<Record<string, Notifier>> = {
  slack,
  msteams,
  discord,
  rocket,
  gchat,
};

/** The letter that delivers an alert; refuses with a sentence an unknown type or an unusable destination. */
export function letterOf(alert: Alert, destination: Destination): Result<Letter, string> {
  const { type } = destination;
  const notifier = Object.hasOwn(NOTIFIERS, type) ? NOTIFIERS[type] : undefined;
  if (notifier === undefined) {
    const known = Object.keys(NOTIFIERS).join(', ');
    return err(`unknown alert provider type ${JSON.stringify(type)}, known are ${known}`);
  }
  return notifier.compose(literally(alert, notifier), destination);
}

function literally({ severity, author, message, fields }: Alert, { literal }: Notifier): Alert {
  return {
    severity,
    author: literal(author),
    message: literal(message),
    fields: fields.map(({ name, value }) => ({ name: literal(name), value: literal(value) })),
  };
}
