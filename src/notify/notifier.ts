import type { AlertFacts } from '../api/alert-template.ts';
import type { Severity } from '../api/model.ts';
import type { HttpRequest } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';

/** One message to people, as decided by `core/wording.ts`. */
export interface Alert {
  readonly severity: Severity;
  /** `<canary>.<namespace>`, shown as the author. */
  readonly author: string;
  readonly message: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  /** What a template may speak of beside the message. */
  readonly about: Omit<AlertFacts, 'message' | 'severity'>;
}

/** Where it goes: an AlertProvider or the controller's flags, with its Secret already read. */
export interface Destination {
  readonly type: string;
  readonly address: string;
  readonly channel: string;
  readonly username: string;
  readonly token: string | undefined;
  readonly proxy: string | undefined;
  /** The words to use in the place of the message. */
  readonly template: string | undefined;
}

/** The one request that delivers an alert, and how to read the answer where a status of 2xx does not say all. */
export interface Letter {
  readonly request: HttpRequest;
  /** Why an answer with this body did not deliver it, whatever its status was; undefined where it did. */
  readonly unheard?: (body: string) => Unheard | undefined;
  /** Why it does not say what the template wants it to. */
  readonly complaint?: string;
}

export interface Unheard {
  /** For a log line; nothing secret. */
  readonly detail: string;
  /** The same letter may be taken in a while. */
  readonly passing: boolean;
}

/** A messenger. Sending a letter, and what to do when that fails, is the announcer's. */
export interface Notifier {
  /** The text as people are to read it: what the messenger takes for markup, a mention or a link, taken apart. */
  readonly literal: (text: string) => string;
  /**
   * Lays out an alert whose texts are literal already. Refuses with a sentence where the destination lacks something.
   */
  readonly compose: (alert: Alert, destination: Destination) => Result<Letter, string>;
}
