/** `serin why`: where a rollout stands, what it waits for and since when, and what can be done about it. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { KINDS } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/objects.ts';
import { systemClock } from '../../shared/clock.ts';
import { followCanaries, listAll, readCanary } from '../cluster/canaries.ts';
import {
  inCluster,
  Stop,
  withClusterOptions,
  type ClusterOptions,
  type Session,
} from '../cluster/session.ts';
import { accountOf, happeningsOf, type Happening } from '../explain/account.ts';
import { remediesFor } from '../explain/remedies.ts';
import { explain, type Explanation } from '../explain/why.ts';
import { paintFor } from '../render.ts';

const HELP = `
Says in sentences where a rollout stands: its phase and the traffic of the canary, what it waits for and since when,
what stands in its way, what was told about it last, and the command lines by which a person can change that.

Examples:
  serin why podinfo -n test
  serin why podinfo -n test --watch                 again at each change, until Ctrl-C
  serin why podinfo -n test --output json | jq .waitingFor

Exit status: 0 fine, 1 there is no such Canary or it cannot be read, 2 wrong usage.
`;

interface WhyOptions extends ClusterOptions {
  readonly output: 'text' | 'json';
  readonly watch: boolean;
  readonly events: number;
}

/** `tool` is how this program was called; `finish` receives the exit status. */
export function whyCommand(tool: string, finish: (status: number) => void): Command {
  return withClusterOptions(
    new Command('why').description('say where a rollout stands and what it waits for'),
  )
    .argument('<canary>', 'its name')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .option('-w, --watch', 'say it again at each change', false)
    .option('--events <number>', 'how many of the last events', wholeNumber, 8)
    .addHelpText('after', HELP)
    .action(async (name: string, options: WhyOptions) => {
      finish(await inCluster(options, (session) => why(session, name, options, tool)));
    });
}

async function why(session: Session, name: string, options: WhyOptions, tool: string): Promise<number> {
  const say = async (canary: KubeObject): Promise<void> => {
    const account = accountOf(canary);
    const events = await eventsAbout(session, canary, options.events);
    print({ ...account, events, remedies: remediesFor(account, tool) }, options);
  };
  const canary = await readCanary(session, name);
  await say(canary);
  if (!options.watch) return 0;
  let shown = canary.metadata.resourceVersion;
  let gone = false;
  let telling = Promise.resolve();
  await followCanaries(session, { namespace: session.namespace, name }, (changed) => {
    gone = changed === undefined;
    if (changed === undefined || changed.metadata.resourceVersion === shown) return gone ? 'stop' : 'go on';
    shown = changed.metadata.resourceVersion;
    telling = telling.then(() => say(changed));
    return 'go on';
  });
  await telling;
  if (gone) throw new Stop(`Canary ${name} is gone`);
  return 0;
}

/** Undefined where they may not be read: an explanation without them is one all the same. */
async function eventsAbout(
  session: Session,
  { metadata: { name, namespace, uid } }: KubeObject,
  most: number,
): Promise<readonly Happening[] | undefined> {
  const about = [`involvedObject.kind=Canary`, `involvedObject.name=${name}`];
  const selection = {
    ...KINDS.Event,
    ...(namespace !== undefined && { namespace }),
    fieldSelector: [...about, ...(uid === undefined ? [] : [`involvedObject.uid=${uid}`])].join(','),
  };
  try {
    return happeningsOf(await listAll(session, selection), most);
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

function print(explanation: Explanation, { output, watch }: WhyOptions): void {
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(explanation, undefined, watch ? undefined : 2)}\n`);
    return;
  }
  const paint = paintFor(process.stdout, process.env);
  process.stdout.write(`${explain(explanation, systemClock.now(), paint)}${watch ? '\n' : ''}`);
}

function wholeNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 0 to 9999.');
}
