/** Rocket.Chat, by incoming webhook. */
import { err, ok } from '../shared/result.ts';
import { attachmentFault, attachmentMessage } from './attachment.ts';
import { posted, withoutLinks } from './letter.ts';
import type { Notifier } from './notifier.ts';

/** It knows no colours by name. */
const COLOURS = { good: '#0076D7', bad: '#FF0000' };

export const rocket: Notifier = {
  literal: withoutLinks,
  compose: (alert, destination) => {
    const fault = attachmentFault(destination);
    if (fault !== undefined) return err(`rocket: ${fault}`);
    return ok({ request: posted(attachmentMessage(alert, destination, COLOURS), destination) });
  },
};
