/** `serin get`: Canaries as a table, with what each of them waits for. */
import { Command, Option } from 'commander';
import type { KubeObject } from '../../api/objects.ts';
import { systemClock } from '../../shared/clock.ts';
import { followCanaries, listCanaries, readCanary, type Where } from '../cluster/canaries.ts';
import { inCluster, withClusterOptions, type ClusterOptions, type Session } from '../cluster/session.ts';
import { accountOf, type Account } from '../explain/account.ts';
import { headings, rowOf } from '../explain/rows.ts';
import { growingTable, paintFor } from '../render.ts';

function helpOf(tool: string): string {
  return `
Examples:
  ${tool} get -n test                                 all of a namespace
  ${tool} get podinfo -n test --watch                 one, and a line for each change, until Ctrl-C
  ${tool} get -A --output json | jq '.canaries[] | select(.phase == "Failed") | .name'

Exit status: 0 fine, 1 there is no such Canary or they cannot be read, 2 wrong usage.
`;
}

interface GetOptions extends ClusterOptions {
  readonly output: 'text' | 'json';
  readonly watch: boolean;
  readonly allNamespaces: boolean;
}

/** `tool` is how this program was called; `finish` receives the exit status. */
export function getCommand(tool: string, finish: (status: number) => void): Command {
  return withClusterOptions(new Command('get').description('list Canaries with what they wait for'))
    .argument('[canary]', 'its name; all of them where it is left out')
    .addOption(
      new Option('-A, --all-namespaces', 'those of every namespace').default(false).conflicts('namespace'),
    )
    .addOption(
      new Option('-o, --output <format>', 'text, or json: one object, with --watch one a line')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('-w, --watch', 'follow them: a line for each change', false)
    .addHelpText('after', helpOf(tool))
    .action(async (name: string | undefined, options: GetOptions, command: Command) => {
      if (name !== undefined && options.allNamespaces)
        command.error('error: -A lists them all; a name needs its namespace', { exitCode: 2 });
      finish(await inCluster(options, (session) => get(session, name, options)));
    });
}

async function get(session: Session, name: string | undefined, options: GetOptions): Promise<number> {
  const { allNamespaces: everywhere, output, watch } = options;
  const where: Where = {
    ...(!everywhere && { namespace: session.namespace }),
    ...(name !== undefined && { name }),
  };
  const found = name === undefined ? await listCanaries(session, where) : [await readCanary(session, name)];
  const accounts = found.map(accountOf);
  if (output === 'json' && !watch) {
    process.stdout.write(`${JSON.stringify({ canaries: accounts }, undefined, 2)}\n`);
    return 0;
  }
  if (accounts.length === 0)
    process.stderr.write(
      `there are no Canaries${everywhere ? '' : ` in namespace ${session.namespace}; -A looks at all of them`}\n`,
    );
  const print = output === 'json' ? lines : rows(everywhere);
  print(accounts);
  if (watch) await follow(session, where, found, (account) => print([account]));
  return 0;
}

/** Only what is new of a Canary is worth a line: crossed-off news and the like change nothing that is shown. */
async function follow(
  session: Session,
  where: Where,
  known: readonly KubeObject[],
  print: (account: Account) => void,
): Promise<void> {
  const keyOf = (name: string, namespace: string): string => `${namespace}/${name}`;
  const shown = new Map(
    known.map((object) => [
      keyOf(object.metadata.name, object.metadata.namespace ?? ''),
      JSON.stringify(accountOf(object)),
    ]),
  );
  await followCanaries(session, where, (object, name, namespace) => {
    const key = keyOf(name, namespace);
    if (object === undefined) {
      process.stderr.write(`${key} is gone\n`);
      shown.delete(key);
      return 'go on';
    }
    const account = accountOf(object);
    const text = JSON.stringify(account);
    if (shown.get(key) !== text) print(account);
    shown.set(key, text);
    return 'go on';
  });
}

function lines(accounts: readonly Account[]): void {
  for (const account of accounts) process.stdout.write(`${JSON.stringify(account)}\n`);
}

function rows(everywhere: boolean): (accounts: readonly Account[]) => void {
  const paint = paintFor(process.stdout, process.env);
  const table = growingTable();
  let headed = false;
  return (accounts) => {
    if (accounts.length === 0) return;
    const now = systemClock.now();
    const body = accounts.map((account) => rowOf(account, everywhere, now, paint));
    process.stdout.write(table(headed ? body : [headings(everywhere), ...body]));
    headed = true;
  };
}
