/** Every kind of place we can send alerts to, by the name users write into `spec.type`. */
import { alertText } from '../api/alert-template.ts';
import { err, ok, type Result } from '../shared/result.ts';
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
  const { alert: worded, complaint } = inWordsOf(destination.template, literally(alert, notifier));
  const letter = notifier.compose(worded, destination);
  return letter.ok && complaint !== undefined ? ok({ ...letter.value, complaint }) : letter;
}

function literally({ severity, author, message, fields, about }: Alert, { literal }: Notifier): Alert {
  const { cluster, name, namespace, target, service, phase, revision } = about;
  return {
    severity,
    author: literal(author),
    message: literal(message),
    fields: fields.map((field) => ({ name: literal(field.name), value: literal(field.value) })),
    about: {
      cluster: literal(cluster),
      name: literal(name),
      namespace: literal(namespace),
      target: literal(target),
      service: literal(service),
      phase: literal(phase),
      revision: literal(revision),
    },
  };
}

/** What the author of a template writes may be markup; what is filled in is literal. A bad template loses no message. */
function inWordsOf(
  template: string | undefined,
  alert: Alert,
): { readonly alert: Alert; readonly complaint?: string } {
  if (template === undefined || template === '') return { alert };
  const { message, severity, about } = alert;
  const text = alertText(template, { ...about, message, severity });
  return text.ok ? { alert: { ...alert, message: text.value } } : { alert, complaint: text.error };
}
