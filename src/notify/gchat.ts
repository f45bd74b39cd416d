/** Google Chat, by a space's webhook: a card that looks as it always did. Its texts are a little HTML. */
import { err, ok } from '../shared/result.ts';
import { addressFault, posted, withoutTags } from './letter.ts';
import type { Alert, Notifier } from './notifier.ts';

export const gchat: Notifier = {
  literal: withoutTags,
  compose: (alert, destination) => {
    const fault = addressFault(destination);
    if (fault !== undefined) return err(`gchat: ${fault}`);
    return ok({ request: posted({ cards: [cardOf(alert)] }, destination) });
  },
};

function cardOf({ author, message, fields }: Alert): unknown {
  return {
    header: { title: 'Flagger', subtitle: author, imageUrl: 'https://flagger.app/favicon.png' },
    sections: [
      section(grey(message)),
      ...fields.map(({ name, value }) => section(`${name}<br>${grey(value)}`)),
    ],
  };
}

function section(text: string): unknown {
  return { widgets: [{ textParagraph: { text } }] };
}

function grey(text: string): string {
  return `<font color=#848484><strong>${text}</strong></font>`;
}
