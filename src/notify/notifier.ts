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
}

/** Where it goes: an AlertProvider or the controller's flags, with its Secret already read. */
export interface Destination {
  readonly type: string;
  readonly address: string;
  readonly channel: string;
  readonly username: string;
  readonly token: string | undefined;
  readonly proxy: string | undefined;
}

/**
 * Turns an alert and a destination into the one request that delivers it. Sending it, and what to do when that
 * fails, is the announcer's. Refuses with a sentence where the destination lacks something.
 */
export type Notifier = (alert: Alert, destination: Destination) => Result<HttpRequest, string>;
