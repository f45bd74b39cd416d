/** Pods that exist only as reports: ready after a while, or never, by the tag of their image. */
import type { Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { textAt } from './json.ts';
import type { PodRuntime, PodSpec } from './kubelet.ts';

/** Images tagged `:broken…` run and never become ready; those tagged `:crash…` do not even run. */
export function virtualPods({
  readyAfter,
  clock,
}: {
  readonly readyAfter: Millis;
  readonly clock: Clock;
}): PodRuntime {
  const running = new Map<string, AbortController>();
  const id = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
    `${namespace}/${name}`;
  return {
    start: (pod, report) => {
      const stopped = new AbortController();
      running.set(id(pod), stopped);
      report(hasTag(pod, ':crash') ? { ready: false, failed: 'CrashLoopBackOff' } : { ready: false });
      if (hasTag(pod, ':crash') || hasTag(pod, ':broken')) return;
      clock.sleep(readyAfter, { signal: stopped.signal }).then(
        () => report({ ready: true }),
        () => undefined,
      );
    },
    stop: async (pod) => {
      running.get(id(pod))?.abort(new Error('the pod was stopped'));
      running.delete(id(pod));
    },
  };
}

function hasTag({ containers }: PodSpec, tag: string): boolean {
  return containers.some((container) => textAt(container, 'image').includes(tag));
}
