/** What people are told by chat, and how metric systems are asked for a whole fleet. */
import type { Claim } from '../claim.ts';

const NOTIFY = 'test/unit/notify/notify.test.ts';
const MESSENGER = 'test/unit/controller/messenger.test.ts';
const ANNOUNCER = 'test/unit/controller/announcer.test.ts';
const DELIVERY = 'test/unit/controller/delivery.test.ts';

export const MESSENGER_CLAIMS: readonly Claim[] = [
  {
    id: '10.6.5',
    says: 'Slack, Discord, Rocket.Chat, Teams and Google Chat get the bodies they always got, with the Canary as author and every field',
    tests: {
      [NOTIFY]: [
        'an alert for slack of severity …',
        'an alert for discord of severity …',
        'an alert for rocket of severity …',
        'an alert for msteams of severity …',
        'an alert for gchat of severity …',
        'an alert for Discord at …',
      ],
      [MESSENGER]: ['the messenger sends alerts to Slack and to Teams where the flags name both'],
    },
    mutants: ['drop-in: errors in the colour of good news (10.6.5)'],
    differs: 'texts cannot mention anybody or hide a link; a Teams flag counts beside the one of Slack',
  },
  {
    id: '10.6.5.1',
    says: 'a workflow of Teams gets an Adaptive Card, a connector a MessageCard, and what either took without delivering is noticed',
    tests: {
      [NOTIFY]: [
        'an alert for msteams by workflow of severity …',
        'an alert for Teams at …',
        'an answer with status 200 of a connector of Teams, …',
        'an answer with status 200 to a bot of Slack, …',
      ],
    },
    mutants: ['drop-in: a workflow of Teams that gets cards of a connector (10.6.5.1)'],
  },
  {
    id: '10.6.5.2',
    says: 'an alert is tried for five minutes, one at a time per address, with the patience the messenger asks for, and nothing secret is logged',
    tests: {
      [DELIVERY]: ['an alert …', 'alerts of many Canaries …'],
      [MESSENGER]: ['the messenger writes an alert anew for each attempt, with the Secret as it is then'],
    },
    mutants: [
      'drop-in: an alert that is lost to a messenger that is busy (10.6.5.2)',
      'drop-in: a messenger whose Retry-After nobody reads (10.6.5.2)',
    ],
    differs: 'Flagger sends once',
  },
  {
    id: '10.6.5.3',
    says: 'a messenger or event webhook that is dead delays no Event and no other receiver, and a restart forgets nothing it was owed',
    tests: {
      [ANNOUNCER]: [
        'the announcer delays nothing but the receiver who does not answer, and keeps his order',
        'the announcer leaves in the outbox what a receiver was not told when the process stops',
        'the announcer does not let notices pile up for a receiver who does not answer',
      ],
      [MESSENGER]: ['the messenger gives each alert a lane of its own'],
    },
    mutants: ['drop-in: a dead messenger that everybody waits for (10.6.5.3)'],
  },
  {
    id: '10.6.5.4',
    says: 'a template gives the messages of a provider other words, and none is lost to one that is wrong',
    tests: {
      [NOTIFY]: ['a template …', 'an alert for slack hides no link and mentions nobody'],
      'test/unit/api/alert-provider.test.ts': ['an alert provider with the template …'],
    },
    mutants: [
      'drop-in: a mention that an error text makes (10.6.5.4)',
      'drop-in: a message that is lost to a bad template (10.6.5.4)',
    ],
    differs: 'Flagger has no templates',
  },
];

export const QUERY_PATH_CLAIMS: readonly Claim[] = [
  {
    id: '10.6.7',
    says: 'equal queries of one moment are asked once, ten at a time per system, none of one that is overloaded or away for a while; other credentials are another system',
    tests: {
      'test/unit/controller/query-path.test.ts': ['equal queries …', 'many queries …'],
    },
    mutants: [
      'drop-in: an answer that was meant for another password (10.6.7)',
      'drop-in: a Prometheus asked by all at once (10.6.7)',
      'drop-in: one who leaves takes the answer along (10.6.7)',
    ],
    differs: 'Flagger asks each query of each Canary on its own',
  },
];
