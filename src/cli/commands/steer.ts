/** `serin abort`, `retry`, `promote`, `pause` and `resume`: the annotations of a Canary, set for the revision it runs. */
import { Command, InvalidArgumentError } from 'commander';
import { KINDS } from '../../api/kinds.ts';
import { millis, type Millis } from '../../shared/brand.ts';
import { systemClock } from '../../shared/clock.ts';
import { formatDuration, parseDuration } from '../../shared/duration.ts';
import { followCanaries, readCanary } from '../cluster/canaries.ts';
import {
  inCluster,
  refused,
  Stop,
  withClusterOptions,
  type ClusterOptions,
  type Session,
} from '../cluster/session.ts';
import { EFFECTS, type Verb } from '../explain/remedies.ts';
import { orderFor, takenUp, type Order } from '../steer/order.ts';

const SUMMARIES: Readonly<Record<Verb, string>> = {
  abort: 'end a run and send traffic back to the primary',
  retry: 'try a failed revision again',
  promote: 'skip what is left of checks and gates',
  pause: 'hold a run where it is',
  resume: 'let a paused run go on',
};

/** Timers of signals count no further than some weeks. */
const LONGEST = millis(24 * 3_600_000);

interface SteerOptions extends ClusterOptions {
  readonly wait: boolean;
  readonly timeout: Millis;
}

/** `tool` is how this program was called; `finish` receives the exit status. */
export function steerCommands(tool: string, finish: (status: number) => void): readonly Command[] {
  return (Object.keys(SUMMARIES) as Verb[]).map((verb) =>
    withClusterOptions(new Command(verb).description(SUMMARIES[verb]))
      .argument('<canary>', 'its name')
      .option('--wait', 'until the controller has taken it up', false)
      .option('--timeout <span>', 'how long to wait, as in 90s', span, millis(60_000))
      .addHelpText('after', helpOf(verb, tool))
      .action(async (name: string, options: SteerOptions) => {
        finish(await inCluster(options, (session) => steer(session, verb, name, options, tool)));
      }),
  );
}

function helpOf(verb: Verb, tool: string): string {
  const annotation =
    verb === 'resume' ? 'Takes the annotation serin.dev/pause away' : `Sets the annotation serin.dev/${verb}`;
  const about =
    verb === 'resume' ? '' : ' to the revision the target carries, so that it never hits another one';
  return `
${annotation}${about}: ${EFFECTS[verb]}.
Whoever may patch the Canary may do it.

Example:
  ${tool} ${verb} podinfo -n test --wait

Exit status: 0 set, and with --wait taken up; 1 there is nothing to ${verb}, or it was not taken up; 2 wrong usage.
`;
}

async function steer(
  session: Session,
  verb: Verb,
  name: string,
  { wait, timeout }: SteerOptions,
  tool: string,
): Promise<number> {
  const { namespace, signal } = session;
  const canary = await readCanary(session, name);
  const order = orderFor(verb, canary, systemClock.now());
  if (!order.ok) throw new Stop(order.error);
  const { annotation, value } = order.value;
  const patch = { metadata: { annotations: { [annotation]: value } } };
  const written = await session.objects.patch({ ...KINDS.Canary, name, namespace }, patch, { signal });
  if (!written.ok) throw refused(written.error);
  const what = value === null ? `${annotation} is taken away` : `${annotation} is set to ${value}`;
  if (!wait) {
    say(`${name}.${namespace}: ${what}; ${tool} why ${name} -n ${namespace} says what comes of it`);
    return 0;
  }
  const outcome = await heard(session, order.value, name, timeout);
  if (outcome === 'gone') throw new Stop(`${what}, and Canary ${name} is gone`);
  if (outcome === 'open') {
    throw new Stop(
      `${what}, and no controller has taken it up within ${formatDuration(timeout)}; ` +
        `${tool} why ${name} -n ${namespace} says what it waits for`,
    );
  }
  say(`${name}.${namespace}: ${what}, and taken up: ${EFFECTS[verb]}`);
  return 0;
}

/** What became of the order in time. */
async function heard(
  session: Session,
  order: Order,
  name: string,
  timeout: Millis,
): Promise<'taken' | 'gone' | 'open'> {
  const { namespace } = session;
  const limit = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([session.signal, limit]);
  let outcome: 'taken' | 'gone' | 'open' = 'open';
  await followCanaries({ ...session, signal }, { namespace, name }, (canary) => {
    if (canary === undefined) outcome = 'gone';
    else if (takenUp(order, canary)) outcome = 'taken';
    return outcome === 'open' ? 'go on' : 'stop';
  });
  session.signal.throwIfAborted();
  return outcome;
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

function span(text: string): Millis {
  const parsed = parseDuration(text);
  if (parsed !== undefined && parsed > 0 && parsed <= LONGEST) return millis(Math.ceil(parsed));
  throw new InvalidArgumentError('Expected a span of time such as 90s or 2m, up to 24h.');
}
