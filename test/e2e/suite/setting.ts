/** What most stories begin with: an application taken over by a Canary, and users who come all the time. */
import type { Act } from './act.ts';
import type { Application, WorkloadKind } from './application.ts';
import type { Manifest } from './kinds.ts';
import { canary, daemonSet, deployment, type Workload } from './manifests.ts';
import { hostOf, type Way } from './routes.ts';
import type { Visitors } from './visitors.ts';

type Fields = Readonly<Record<string, unknown>>;

const USERS_PER_SECOND = 10;

export interface Wish {
  readonly way: Way;
  readonly analysis: (app: Application) => Fields;
  /** A Deployment where nothing is said. */
  readonly kind?: WorkloadKind;
  /** Laid over the Deployment's wish. */
  readonly workload?: Partial<Workload>;
  readonly spec?: Fields;
  readonly service?: Fields;
  /** What is there before the Canary. */
  readonly objects?: (app: Application) => readonly Manifest[];
}

export interface Setting {
  readonly act: Act;
  readonly way: Way;
  readonly app: Application;
  readonly host: string;
  readonly users: Visitors;
}

/** Resolves when the Canary is initialized and users are coming. */
export async function settle(act: Act, wish: Wish): Promise<Setting> {
  const { way, analysis, kind, workload, spec, service, objects = () => [] } = wish;
  const app = act.application(await act.namespace(), 'podinfo', kind);
  const host = hostOf(app, way);
  await act.cluster.apply(
    ...objects(app),
    app.kind === 'DaemonSet'
      ? daemonSet({ ...app.place, ...workload })
      : deployment({ ...app.place, ...workload }),
    ...way.objects(app, host),
    canary({
      ...app.place,
      kind: app.kind,
      provider: way.provider,
      spec: { ...way.spec(app), ...spec },
      service: { ...way.service(act.stage, host), ...service },
      analysis: analysis(app),
    }),
  );
  await app.rests('Initialized');
  const users = act.visitors(host, way.splitter);
  await act.open(users);
  users.keepComing(USERS_PER_SECOND);
  return { act, way, app, host, users };
}

/** Address of the canary's own Service, inside the cluster. */
export function canaryUrl({ namespace, name }: Application, path = '/'): string {
  return `http://${name}-canary.${namespace}:9898${path}`;
}

/**
 * Requests to the canary before the first user's. Prometheus takes up to five seconds to find a new pod, and its window
 * still holds what the revision before was asked: by the end there is enough of the new one to judge it by.
 */
export function smokeTest(act: Act, app: Application): Fields {
  return {
    name: 'smoke-test',
    type: 'pre-rollout',
    url: act.stage.loadTester.url,
    timeout: '30s',
    metadata: { type: 'bash', cmd: `hey -z 10s -q 2 -c 10 ${canaryUrl(app)}` },
  };
}

/** Requests to the canary as long as it is analysed, for strategies that send it no users. */
export function loadTest(act: Act, app: Application, path = '/'): Fields {
  return {
    name: 'load-test',
    url: act.stage.loadTester.url,
    metadata: { type: 'cmd', cmd: `hey -z 1m -q 10 -c 2 ${canaryUrl(app, path)}` },
  };
}

/** A gate of the load tester, asked at the point `type` names. */
export function gate(act: Act, type: string, path = 'gate/check'): Fields {
  return { name: type, type, url: `${act.stage.loadTester.url}${path}` };
}
