/** An autoscaler that keeps a Deployment within its bounds. It measures nothing: the sandbox has no load. */
import type { Instant } from '../../shared/brand.ts';
import { numberAt, objectAt, textAt } from '../json.ts';
import type { Name, Store } from '../store.ts';

export function actOnAutoscaler(store: Store, name: Name, _now: Instant): undefined {
  const autoscaler = store.get('horizontalpodautoscalers.autoscaling', name);
  const target = objectAt(autoscaler, 'spec', 'scaleTargetRef');
  if (autoscaler === undefined || textAt(target, 'kind') !== 'Deployment') return;
  const deployment = store.get('deployments.apps', {
    namespace: name.namespace,
    name: textAt(target, 'name'),
  });
  if (deployment === undefined) return;
  const current = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const least = numberAt(autoscaler, 'spec', 'minReplicas') ?? 1;
  const most = numberAt(autoscaler, 'spec', 'maxReplicas') ?? current;
  // No replicas at all means that autoscaling is off.
  const wanted = current === 0 ? 0 : Math.min(Math.max(current, least), most);
  if (wanted !== current) {
    store.update('deployments.apps', {
      ...deployment,
      spec: { ...objectAt(deployment, 'spec'), replicas: wanted },
    });
  }
  const status = {
    currentReplicas: numberAt(deployment, 'status', 'replicas') ?? 0,
    desiredReplicas: wanted,
  };
  store.update('horizontalpodautoscalers.autoscaling', { ...autoscaler, status }, { part: 'status' });
}
