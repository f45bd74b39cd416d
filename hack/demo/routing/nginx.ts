/** Ingresses of class nginx and the canary Ingress beside each, as ingress-nginx follows its annotations. */
import { z } from 'zod';
import {
  headerOf,
  hostOf,
  isBelow,
  parsed,
  pathOf,
  type Backend,
  type Inbound,
  type Reader,
} from './objects.ts';

const INGRESS = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
const PREFIX = 'nginx.ingress.kubernetes.io/';
const CLASS = 'nginx';

const Path = z.object({
  path: z.string().default('/'),
  pathType: z.string().default('Prefix'),
  backend: z.object({
    service: z.object({ name: z.string(), port: z.object({ number: z.number().optional() }).optional() }),
  }),
});
const Ingress = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    ingressClassName: z.string().optional(),
    rules: z
      .array(
        z.object({
          host: z.string().optional(),
          http: z.object({ paths: z.array(Path).default([]) }).default({ paths: [] }),
        }),
      )
      .default([]),
  }),
});

type Ingress = z.infer<typeof Ingress>;

export const nginx: Reader = (inbound, view) => {
  const ours = parsed(Ingress, view.list(INGRESS)).filter(isOurs);
  const main = found(
    ours.filter((ingress) => !isCanary(ingress)),
    inbound,
  );
  if (main === undefined) return undefined;
  const canary = found(ours.filter(isCanary), inbound);
  const { ingress, backend } = main;
  const key = `nginx/${ingress.metadata.namespace}/${ingress.metadata.name}`;
  const share = canary === undefined ? 0 : shareOf(canary.ingress, inbound);
  const backends = [
    { ...backend, weight: 100 - share },
    ...(canary === undefined ? [] : [{ ...canary.backend, weight: share }]),
  ];
  return { key, port: undefined, backends, mirror: undefined };
};

function isOurs({ metadata, spec }: Ingress): boolean {
  return (spec.ingressClassName ?? metadata.annotations['kubernetes.io/ingress.class']) === CLASS;
}

function isCanary({ metadata }: Ingress): boolean {
  return metadata.annotations[`${PREFIX}canary`] === 'true';
}

function found(
  ingresses: readonly Ingress[],
  inbound: Inbound,
): { readonly ingress: Ingress; readonly backend: Omit<Backend, 'weight'> } | undefined {
  for (const ingress of ingresses) {
    const rules = ingress.spec.rules.filter(
      ({ host }) => host === undefined || host === hostOf(inbound.host),
    );
    const path = rules
      .flatMap(({ http }) => http.paths)
      .find(({ path, pathType }) =>
        pathType === 'Exact' ? pathOf(inbound) === path : isBelow(pathOf(inbound), path),
      );
    if (path === undefined) continue;
    const { name: service, port } = path.backend.service;
    const { namespace } = ingress.metadata;
    return {
      ingress,
      backend: { service, namespace, ...(port?.number !== undefined && { port: port.number }) },
    };
  }
  return undefined;
}

/** Percent of requests like this one: a header decides before a cookie, and both before the weight. */
function shareOf({ metadata: { annotations } }: Ingress, inbound: Inbound): number {
  const said = (name: string): string => annotations[PREFIX + name] ?? '';
  const decided = byHeader(said, inbound) ?? byCookie(said('canary-by-cookie'), inbound);
  if (decided !== undefined) return decided ? 100 : 0;
  return Math.min(100, Math.max(0, Number(said('canary-weight')) || 0));
}

/** With a value or a pattern a header can only choose the canary; without, `always` and `never` decide. */
function byHeader(said: (name: string) => string, inbound: Inbound): boolean | undefined {
  if (said('canary-by-header') === '') return undefined;
  const value = headerOf(inbound, said('canary-by-header'));
  if (said('canary-by-header-value') !== '')
    return value === said('canary-by-header-value') ? true : undefined;
  if (said('canary-by-header-pattern') !== '') {
    return value !== undefined && new RegExp(said('canary-by-header-pattern')).test(value) ? true : undefined;
  }
  return choice(value);
}

function byCookie(name: string, inbound: Inbound): boolean | undefined {
  const cookies = (headerOf(inbound, 'cookie') ?? '').split(/;\s*/);
  return name === ''
    ? undefined
    : choice(cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1));
}

function choice(value: string | undefined): boolean | undefined {
  return value === 'always' ? true : value === 'never' ? false : undefined;
}
