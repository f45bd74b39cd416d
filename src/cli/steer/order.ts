/** What a person orders, as the annotation the controller obeys. Pure: what may be ordered is known from the Canary. */
import { annotationOf, commandsOf } from '../../api/command.ts';
import type { KubeObject } from '../../api/objects.ts';
import { parseStatus } from '../../api/status.ts';
import { stamp } from '../../api/waiting.ts';
import { unreachable, type Instant } from '../../shared/brand.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { accountOf, type Account } from '../explain/account.ts';
import { verbsFor, type Verb } from '../explain/remedies.ts';

/** One annotation to write; null takes it away. */
export interface Order {
  readonly verb: Verb;
  readonly annotation: string;
  readonly value: string | null;
}

/** The failure says why there is nothing to order. */
export function orderFor(verb: Verb, canary: KubeObject, now: Instant): Result<Order, string> {
  const account = accountOf(canary);
  if (verb === 'resume') return resume(canary, account);
  if (!verbsFor(account).includes(verb)) return err(`${titleOf(account)} ${whyNot(verb, account)}`);
  const given = commandsOf(canary.metadata.annotations ?? {}).commands.find(
    (command) => command.verb === verb,
  );
  const obeyed = parseStatus(canary).obeyed[verb];
  const { targetRevision } = account;
  const annotation = annotationOf(verb);
  // Said already and not heard yet: once more would be another command.
  if (given?.revision === targetRevision && given.value !== obeyed)
    return ok({ verb, annotation, value: given.value });
  const said = obeyed?.split('/', 1)[0] === targetRevision;
  return ok({ verb, annotation, value: said ? `${targetRevision}/${stamp(now)}` : targetRevision });
}

/** A pause of an older revision holds nothing, and is taken away all the same. */
function resume({ metadata: { annotations = {} } }: KubeObject, account: Account): Result<Order, string> {
  const annotation = annotationOf('pause');
  return annotations[annotation] === undefined
    ? err(`${titleOf(account)} ${whyNot('resume', account)}`)
    : ok({ verb: 'resume', annotation, value: null });
}

function titleOf({ name, namespace, phase }: Account): string {
  return `${name} in namespace ${namespace} is ${phase ?? 'new'}`;
}

function whyNot(verb: Verb, { phase, paused }: Account): string {
  switch (verb) {
    case 'abort':
      return phase === 'Finalising' ? 'and its new primary serves already' : 'and has no run to abort';
    case 'promote':
      return phase === 'Promoting' ? 'already' : 'and has no run to promote';
    case 'retry':
      return 'and has no failed revision to try again';
    case 'pause':
      return paused ? 'and paused already' : 'and has no run to pause';
    case 'resume':
      return 'and not paused';
    default:
      return unreachable(verb);
  }
}

/** Whether the controller has taken up the order. */
export function takenUp({ verb, value }: Order, canary: KubeObject): boolean {
  switch (verb) {
    case 'pause':
      return accountOf(canary).waitingFor.kind === 'resume';
    case 'resume':
      return accountOf(canary).waitingFor.kind !== 'resume';
    default:
      return parseStatus(canary).obeyed[verb] === value;
  }
}
