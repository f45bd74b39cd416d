/** Whether a release ended as the same release did where nothing was disturbed, and nothing it had to tell was lost. */
import { textAt } from '../../test/e2e/harness/look.ts';
import type { Receiver } from '../../test/e2e/harness/receiver.ts';

export interface Outcome {
  /** Phase, revisions, images, replicas and routes: what has to be equal. */
  readonly end: Readonly<Record<string, unknown>>;
  /** What was told, once for each Event. */
  readonly events: readonly string[];
  /** What the event webhook was sent: the text and the time that is the same in a repeat. */
  readonly calls: readonly string[];
  readonly alerts: readonly string[];
}

/** What the event webhook and the chat were sent about a Canary. */
export function heard(
  web: Receiver,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Pick<Outcome, 'calls' | 'alerts'> {
  const calls = web
    .at('/events')
    .filter((body) => textAt(body, 'name') === name && textAt(body, 'namespace') === namespace)
    .map((body) => `${textAt(body, 'metadata', 'timestamp')} ${textAt(body, 'metadata', 'eventMessage')}`)
    .filter((call) => !call.includes(' not ready: '));
  const alerts = web
    .at('/slack')
    .filter((body) => textAt(body, 'attachments', 0, 'author_name') === `${name}.${namespace}`)
    .map((body) => textAt(body, 'attachments', 0, 'text'));
  return { calls, alerts };
}

/** Everything that is wrong with a disturbed release, as sentences. */
export function differences(twin: Outcome, storm: Outcome): readonly string[] {
  const [due, made] = [texts(twin.calls), texts(storm.calls)];
  return [
    ...Object.keys({ ...twin.end, ...storm.end })
      .filter((part) => JSON.stringify(twin.end[part]) !== JSON.stringify(storm.end[part]))
      .map((part) => `${part} is ${JSON.stringify(storm.end[part])}, not ${JSON.stringify(twin.end[part])}`),
    ...missing('event', twin.events, storm.events),
    ...missing('event', storm.events, twin.events).map((text) =>
      text.replace('lost', 'told although not told by the twin'),
    ),
    ...missing('call of the event webhook', due, made),
    ...missing('call with a key of its own', made, due),
    ...missing('alert', twin.alerts, storm.alerts),
  ];
}

/** Without the time. A call may come twice under one key, also undisturbed, where its answer was late. */
function texts(calls: readonly string[]): readonly string[] {
  return [...new Set(calls)].map((call) => call.slice(call.indexOf(' ') + 1));
}

function missing(what: string, wanted: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...found];
  return wanted.flatMap((text) => {
    const at = left.indexOf(text);
    if (at < 0) return [`${what} lost: ${text}`];
    left.splice(at, 1);
    return [];
  });
}
