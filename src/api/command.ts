/**
 * What people order by annotating a Canary: `serin.dev/abort`, `retry`, `promote` and `pause`. The value is the
 * revision it is about, followed by `/` and anything new where the same is to be said twice.
 */
import type { Command, Verb } from '../core/model.ts';
import { revision } from '../shared/brand.ts';
import type { Finding } from './model.ts';
import { show } from './salvage.ts';

const PREFIX = 'serin.dev/';
const VERBS: readonly Verb[] = ['abort', 'retry', 'promote', 'pause'];
/** The scheme, a dash, the digest. */
const REVISION = /^\d+-[0-9a-f]+$/;

/** The annotation by which a verb is ordered. */
export function annotationOf(verb: Verb): string {
  return `${PREFIX}${verb}`;
}

export interface Commands {
  readonly commands: readonly Command[];
  /** Values that can name no revision, so that a typo is not mistaken for a command that was obeyed. */
  readonly findings: readonly Finding[];
}

/** Every command there is, also one about a revision that is long gone. An empty annotation is none. */
export function commandsOf(annotations: Readonly<Record<string, string>>): Commands {
  const commands: Command[] = [];
  const findings: Finding[] = [];
  for (const verb of VERBS) {
    const value = annotations[PREFIX + verb]?.trim() ?? '';
    const [name = ''] = value.split('/', 1);
    if (name !== '') commands.push({ verb, revision: revision(name), value });
    if (annotations[PREFIX + verb] !== undefined && !REVISION.test(name))
      findings.push(misspelt(verb, value));
  }
  return { commands, findings };
}

function misspelt(verb: Verb, value: string): Finding {
  return {
    severity: 'warning',
    field: `metadata.annotations[${PREFIX}${verb}]`,
    message: `found ${show(value)}, expected the revision to ${verb}, as in status.lastAppliedSpec`,
  };
}
