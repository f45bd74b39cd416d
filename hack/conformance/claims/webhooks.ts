/** What webhooks are sent, and how they are called: 6.1 and 6.2. */
import type { Claim } from '../claim.ts';

const PAYLOAD = 'test/unit/hooks/payload.test.ts';
const CALL = 'test/unit/hooks/call.test.ts';
const ASK = 'test/unit/controller/ask.test.ts';
const MESSENGER = 'test/unit/controller/messenger.test.ts';
const HTTP = 'test/contract/adapters/http.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';

export const WEBHOOKS: readonly Claim[] = [
  {
    id: '6.1.1',
    says: 'a webhook is a POST of JSON with name, namespace, phase, checksum and metadata',
    tests: {
      [CALL]: ['the request is one POST of JSON with the limits of the hook'],
      [PAYLOAD]: ['the payload of a hook has exactly name, namespace, phase, checksum and metadata'],
    },
  },
  {
    id: '6.1.2',
    says: 'empty metadata is left out, and the checksum is another for another template or configuration',
    tests: {
      [PAYLOAD]: ['the payload of a hook has no metadata where the manifest has none', 'the checksum …'],
      'test/unit/core/gates.test.ts': ['a gate before a run names in …'],
      'test/unit/controller/canary-ports.test.ts': [
        'a gate before a run is told of the target as it is, whatever the status says of the one before',
      ],
    },
    mutants: [
      'drop-in: empty metadata in a payload (10.3.3)',
      'drop-in: a checksum of the template alone (10.3.6)',
    ],
    differs:
      'confirm-rollout gets the checksum of the revision that would begin, in every phase, not that of the one before',
  },
  {
    id: '6.1.3',
    says: 'confirm-rollout and rollback hear the phase as it is, checks and later gates Progressing, post-rollout the end, events their own',
    tests: {
      [ASK]: [
        'a question of the core about a confirm-rollout hook while …',
        'a question of the core about a pre-rollout hook while …',
        'a question of the core about a rollout hook while …',
        'a question of the core about a confirm-traffic-increase hook while …',
        'a question of the core about a confirm-promotion hook while …',
        'a question of the core about a rollback hook while …',
      ],
      [MESSENGER]: [
        'the messenger calls post-rollout hooks with the outcome, …',
        'the messenger sends events to the hooks of the Canary, or else to the global one',
      ],
      'test/scenario/ticks.test.ts': [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
    },
  },
  {
    id: '6.1.4',
    says: 'an event brings message, type and milliseconds as text, beside metadata of its webhook under other keys',
    tests: { [PAYLOAD]: ['the payload of an event …'] },
    mutants: ['drop-in: an event without its type (10.3.5)'],
  },
  {
    id: '6.1.5',
    says: 'all event hooks of a Canary get every event; the global one only where there is none, without retries, for 10 s',
    tests: {
      [MESSENGER]: [
        'the messenger sends events to the hooks of the Canary, or else to the global one',
        'the messenger sends every event to every event hook of the Canary',
        'the messenger asks the global event hook once, for ten seconds, and adds nothing to what happened',
      ],
      'test/unit/controller/flags.test.ts': ['the flags of the controller give way to the environment'],
    },
  },
  {
    id: '6.2.1',
    says: 'a connection that fails, 429 and 5xx but 501 are tried again as often as is said, after 1 s to 30 s, each twice the one before',
    tests: { [CALL]: ['trying again …', 'consent survives an error when there are retries left'] },
    mutants: ['drop-in: a hook that is called once (10.3.7)'],
  },
  {
    id: '6.2.2',
    says: 'the last of these is told as "POST <url> giving up after N attempt(s)", a refusal by 4xx in its own words',
    tests: {
      [CALL]: [
        'refusal is told with an error, with the status and its words',
        'refusal is told on a connection that fails',
        'refusal is told with words, in those words',
        'refusal is told without words, by its status',
      ],
    },
    differs: 'status and text of a 5xx follow those words, and secrets of the URL are left out',
  },
  {
    id: '6.2.3',
    says: 'each attempt has the timeout, 10 s where none can be read, and redirects are followed',
    tests: {
      [CANARY]: ['a canary as its author wrote it waits for a webhook: …'],
      [CALL]: [
        'over a real connection a hook that hangs ends with its time',
        'the request is one POST of JSON with the limits of the hook',
      ],
      [HTTP]: ['redirects of a POST by …', 'redirects are followed, and take …'],
    },
  },
  {
    id: '6.2.4',
    says: '200, 201 and 202 are consent, a refusal is its body',
    tests: { [CALL]: ['consent is status …', 'refusal is told with words, in those words'] },
    mutants: ['drop-in: consent by status 500 (10.3.4)'],
    differs: 'every 2xx is consent, 204 too (M41)',
  },
  {
    id: '6.2.5',
    says: 'disableTLS takes a certificate that nobody has signed, and without it none is taken',
    tests: {
      [CALL]: ['the request is one POST of JSON with the limits of the hook'],
      [HTTP]: ['certificates are verified unless the request says otherwise'],
    },
    mutants: ['drop-in: certificates that are always verified (10.3.8)'],
  },
  {
    id: '6.2.6',
    says: 'a call has no header but its content type: no signature, no token, no number',
    tests: { [CALL]: ['the request is one POST of JSON with the limits of the hook'] },
  },
  {
    id: '6.2.7',
    says: 'a slow gate or check holds its own Canary, and nobody else’s',
    tests: {
      'test/unit/controller/announcer.test.ts': [
        'the announcer returns at once and keeps the order while a messenger is slow',
      ],
      'test/unit/controller/canary-ports.test.ts': [
        'a gate before a run leaves its turn to other Canaries while somebody thinks',
      ],
      'test/scenario/going-back.test.ts': [
        'going back a revision pushed while a slow hook thinks is not moved by its answer',
      ],
    },
    differs: 'events and post-rollout hooks hold nothing up (M54)',
  },
];
