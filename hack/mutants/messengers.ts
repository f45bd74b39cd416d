/** Faults in what people are told by chat, and in how metric systems are asked, each by the number of its claim. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

const LINES = 'src/controller/lines.ts';
const DELIVERY: Proof = { file: 'test/unit/controller/delivery.test.ts' };
const QUERIES = 'test/unit/controller/query-path.test.ts';

function written(name: string): Proof {
  return { file: 'test/unit/notify/notify.test.ts', name };
}

export const MESSENGER_MUTANTS: readonly Mutant[] = [
  breaks('errors in the colour of good news (10.6.5)', written('of severity'), {
    file: 'src/notify/attachment.ts',
    find: "severity === 'error' ? bad : good",
    replace: "severity === 'warn' ? bad : good",
  }),
  breaks('a workflow of Teams that gets cards of a connector (10.6.5.1)', written('for Teams at'), {
    file: 'src/notify/msteams.ts',
    find: 'WORKFLOW_HOST.test(hostname) || ',
    replace: '',
  }),
  breaks('an alert that is lost to a messenger that is busy (10.6.5.2)', DELIVERY, {
    file: 'src/controller/delivery.ts',
    find: 'passing: status === TOO_MANY || status >= 500',
    replace: 'passing: status >= 500',
  }),
  breaks('a messenger whose Retry-After nobody reads (10.6.5.2)', DELIVERY, {
    file: LINES,
    find: 'longer(own, shorter(asked, longestAsked))',
    replace: 'longer(own, shorter(own, longestAsked))',
  }),
  breaks(
    'a dead messenger that everybody waits for (10.6.5.3)',
    { file: 'test/unit/controller/announcer.test.ts', name: 'delays nothing but the receiver' },
    {
      file: 'src/controller/announcer.ts',
      find: 'else this.#track(this.#await(lane, message, beside));',
      replace: 'else await this.#await(lane, message, beside);',
    },
  ),
  breaks('a mention that an error text makes (10.6.5.4)', written('gives a message its words'), {
    file: 'src/notify/registry.ts',
    find: 'inWordsOf(destination.template, literally(alert, notifier))',
    replace: 'inWordsOf(destination.template, alert)',
  }),
  breaks('a message that is lost to a bad template (10.6.5.4)', written('such as'), {
    file: 'src/notify/registry.ts',
    find: ': { alert, complaint: text.error };',
    replace: ": { alert: { ...alert, message: '' }, complaint: text.error };",
  }),
  breaks(
    'news that a restart tells everybody again, since one is away (10.6.5.3)',
    { file: 'test/unit/controller/announcer.test.ts', name: 'holds news for a receiver' },
    {
      file: 'src/controller/announcer.ts',
      find: 'const HELD = millis(20_000);',
      replace: 'const HELD = millis(300_000);',
    },
  ),
  breaks(
    'an answer that was meant for another password (10.6.7)',
    { file: QUERIES },
    {
      file: 'src/controller/query-path.ts',
      find: 'canonicalJson({ whom, query })',
      replace: 'canonicalJson({ query })',
    },
  ),
  breaks(
    'a Prometheus asked by all at once (10.6.7)',
    { file: QUERIES, name: 'go to one system at most so many' },
    { file: LINES, find: 'line.failures > 0 ? 1 : width', replace: 'line.failures > 0 ? 1 : 1_000 * width' },
  ),
  breaks(
    'one who leaves takes the answer along (10.6.7)',
    { file: QUERIES, name: 'are not taken away from others' },
    {
      file: 'src/controller/sharing.ts',
      find: 'if (shared.askers === 0) shared.stop.abort(signal.reason);',
      replace: 'shared.stop.abort(signal.reason);',
    },
  ),
];
