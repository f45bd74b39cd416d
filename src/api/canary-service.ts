/** `spec.service`: what is built around a workload, and how it is reached. */
import type { WrittenService, WrittenSpec } from './canary-schema.ts';
import { memberOf } from './canary-schema.ts';
import type { CustomMetadata, ExistingRoute, ServiceSpec } from './model.ts';
import type { Report } from './report.ts';
import { show } from './salvage.ts';
import { present } from './schema-parts.ts';

/** Undefined, and reported, where the service cannot be made out. `targetName` names it where nothing else does. */
export function parseService(
  written: WrittenService | undefined,
  targetName: string,
  report: Report,
): ServiceSpec | undefined {
  if (written === undefined) {
    report.error('spec.service', 'is missing, expected an object with at least a port');
    return undefined;
  }
  const port = parsePort(written, report);
  if (port === undefined) return undefined;
  checkDelegation(written, report);
  checkName(written, report);
  checkExistingRoute(written, report);
  return {
    ...addressOf(written, targetName, port),
    ...routingOf(written),
    metadata: {
      apex: metadataOf(written.apex),
      primary: metadataOf(written.primary),
      canary: metadataOf(written.canary),
    },
    unmanaged: {
      annotations: values(written.unmanagedMetadata?.annotations),
      labels: values(written.unmanagedMetadata?.labels),
    },
  };
}

/** What a provider cannot do without: parents, an Ingress, a route. */
export function checkReferences(spec: WrittenSpec, provider: string, report: Report): void {
  const attached = spec.service?.existingRoute !== undefined || values(spec.service?.gatewayRefs).length > 0;
  if (provider.startsWith('gatewayapi') && !attached) {
    report.error(
      'spec.service.gatewayRefs',
      `is empty, provider ${provider} needs the Gateway (or parent Service) that routes attach to`,
    );
  }
  if ((provider === 'nginx' || provider === 'skipper') && memberOf(spec.ingressRef, 'name') === undefined) {
    report.error(
      'spec.ingressRef',
      `is missing, provider ${provider} needs the name of the Ingress to split`,
    );
  }
  if (provider === 'appmesh' && !spec.service?.meshName) {
    report.error('spec.service.meshName', 'is missing, provider appmesh needs the name of the mesh');
  }
  if (provider === 'apisix' && memberOf(spec.routeRef, 'name') === undefined) {
    report.error('spec.routeRef', 'is missing, provider apisix needs the name of the ApisixRoute to split');
  }
}

function parsePort({ port }: WrittenService, report: Report): number | undefined {
  if (port === undefined) {
    // A port that could not be read is not one that nobody wrote.
    if (report.hasErrorAt(['spec.service.port'])) return undefined;
    report.error('spec.service.port', 'is missing, expected the port of the Service, 1 to 65535');
    return undefined;
  }
  if (port < 1 || port > 65_535) {
    report.error('spec.service.port', `found ${port}, expected a port from 1 to 65535`);
    return undefined;
  }
  return port;
}

function checkDelegation(written: WrittenService, report: Report): void {
  if (written.delegation !== true) return;
  for (const field of ['hosts', 'gateways'] as const) {
    if (values(written[field]).length > 0) {
      report.error(
        `spec.service.${field}`,
        `is set together with delegation; a delegate VirtualService has no ${field}, drop one of the two`,
      );
    }
  }
}

/** What a route of the user's says itself. */
const OF_THE_ROUTE = [
  'hosts',
  'gateways',
  'gatewayRefs',
  'delegation',
  'match',
  'rewrite',
  'timeout',
  'backendTimeout',
  'retries',
  'headers',
  'mirror',
  'corsPolicy',
] as const;

function checkExistingRoute(written: WrittenService, report: Report): void {
  const { existingRoute } = written;
  if (existingRoute === undefined) return;
  if (existingRoute.name === '') {
    report.error('spec.service.existingRoute.name', 'is empty, expected the name of the route to change');
  }
  for (const field of OF_THE_ROUTE) {
    const value = written[field];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    report.error(
      `spec.service.${field}`,
      'has no effect beside existingRoute, whose own fields say it; write it there, or drop one of the two',
    );
  }
}

/** What Kubernetes takes as the name of a Service, and room for what is put behind it. */
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,53}[a-z0-9])?$/u;

function checkName({ name }: WrittenService, report: Report): void {
  if (name === undefined || name === '' || SERVICE_NAME.test(name)) return;
  report.error(
    'spec.service.name',
    `found ${show(name)}, expected at most 55 lower case letters, digits and dashes, as in podinfo`,
  );
}

function addressOf(written: WrittenService, targetName: string, port: number) {
  return {
    apex: written.name === undefined || written.name === '' ? targetName : written.name,
    port,
    portName: written.portName === undefined || written.portName === '' ? 'http' : written.portName,
    targetPort: targetPortOf(written.targetPort, port),
    appProtocol: written.appProtocol,
    trafficDistribution: written.trafficDistribution,
    portDiscovery: written.portDiscovery ?? false,
    headless: written.headless ?? false,
  };
}

function routingOf(written: WrittenService) {
  return {
    timeout: written.timeout,
    backendTimeout: written.backendTimeout,
    gateways: written.gateways === undefined ? undefined : values(written.gateways),
    gatewayRefs: values(written.gatewayRefs),
    hosts: values(written.hosts),
    delegation: written.delegation ?? false,
    existingRoute: existingRouteOf(written),
    trafficPolicy: written.trafficPolicy,
    match: values(written.match),
    rewrite: written.rewrite,
    retries: written.retries,
    headers: written.headers,
    mirror: values(written.mirror),
    corsPolicy: written.corsPolicy,
    meshName: written.meshName || undefined,
    backends: values(written.backends),
  };
}

function existingRouteOf({ existingRoute }: WrittenService): ExistingRoute | undefined {
  return existingRoute && { kind: existingRoute.kind || undefined, name: existingRoute.name };
}

/** A port in quotes is a number all the same; 0 and '' are as good as nothing. */
function targetPortOf(written: number | string | undefined, port: number): number | string {
  if (written === undefined || written === '' || written === 0) return port;
  return typeof written === 'string' && /^\d+$/.test(written) ? Number(written) || port : written;
}

function metadataOf(written: WrittenService['apex']): CustomMetadata {
  return { labels: written?.labels ?? {}, annotations: written?.annotations ?? {} };
}

function values<Element>(elements: readonly (Element | undefined)[] | undefined): readonly Element[] {
  return present(elements).map(([, element]) => element);
}
