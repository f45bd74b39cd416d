/** Canaries of a cluster: all of them, one of them, and how they change. */
import { createCache } from '../../adapters/kubernetes/cache.ts';
import { listPage, type Selection } from '../../adapters/kubernetes/list-watch.ts';
import { KINDS } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/objects.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLogger } from '../../shared/logger.ts';
import { refused, Stop, type Session } from './session.ts';

export interface Where {
  /** Left out: all namespaces. */
  readonly namespace?: string;
  /** Left out: all Canaries there. */
  readonly name?: string;
}

/** In the order of their names; throws a `Stop` where they may not be listed. */
export async function listCanaries(session: Session, where: Where): Promise<readonly KubeObject[]> {
  return listAll(session, { ...KINDS.Canary, ...selection(where) });
}

/** One Canary; throws a `Stop` where there is none. */
export async function readCanary(session: Session, name: string): Promise<KubeObject> {
  const { namespace, signal } = session;
  const ref = { ...KINDS.Canary, name, namespace };
  const read = await session.objects.read(ref, { signal });
  if (read.ok) return read.value;
  if (read.error.kind === 'not-found')
    throw new Stop(`there is no Canary ${name} in namespace ${namespace}; get -A lists those there are`);
  throw refused(read.error);
}

/** Every object of a selection, page by page. */
export async function listAll(
  { transport, signal }: Session,
  wanted: Selection,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  let next = '';
  do {
    const page = await listPage(transport, wanted, { next, whole: false }, { signal });
    if (!page.ok) throw refused(page.error.error);
    found.push(...page.value.items);
    next = page.value.next;
  } while (next !== '');
  return found;
}

/**
 * Tells of each Canary that is there and of each change, by a watch, until `onChange` says stop or the session ends.
 * An object that is gone is told as it was.
 */
export async function followCanaries(
  { transport, signal }: Session,
  where: Where,
  onChange: (canary: KubeObject | undefined, name: string, namespace: string) => 'go on' | 'stop',
): Promise<void> {
  const cache = createCache({
    transport,
    kinds: [{ ...KINDS.Canary, ...selection(where) }],
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  });
  const { promise: done, resolve } = Promise.withResolvers<undefined>();
  cache.onChange(({ object, name, namespace }) => {
    if (onChange(object, name, namespace) === 'stop') resolve(undefined);
  });
  const end = (): void => resolve(undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    cache.start();
    await Promise.race([done, cache.refused]);
    if (cache.obstacle !== undefined) throw refused(cache.obstacle);
  } finally {
    signal.removeEventListener('abort', end);
    await cache.stop();
  }
}

function selection({ namespace, name }: Where): Pick<Selection, 'namespace' | 'fieldSelector'> {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
  };
}
