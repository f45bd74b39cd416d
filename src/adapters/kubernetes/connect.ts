/**
 * Where the cluster is and how to prove who we are: kubeconfig files, the service account of a pod, exec plugins.
 * client-node does this part, and nothing else: its calls drop fields they do not know and reconnect every time.
 */
import { KubeConfig } from '@kubernetes/client-node';

import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../redact.ts';

/** The part of TLS options that decides whether an open connection may be used for the next call. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
}

export interface Connection {
  /** Scheme, host and path in front of `/api`, without a slash at the end. */
  readonly url: string;
  /** An HTTP proxy in front of the API server. */
  readonly proxy: string | undefined;
  /** The namespace of the kubeconfig's context, or of the pod. */
  readonly namespace: string | undefined;
  /**
   * Tokens and certificates as they are now: files are read again, expired plugins asked again. With `renew`
   * nothing remembered is used, for when the server has just refused what it was shown.
   */
  credentials(options?: { readonly renew: boolean }): Promise<Credentials>;
}

export interface ConnectOptions {
  /** A kubeconfig file. Left out: KUBECONFIG, ~/.kube/config, and then the pod's service account. */
  readonly kubeconfig?: string;
  /** Another context than the file's current one. */
  readonly context?: string;
}

/** Reads the configuration; connects to nothing. The failure is a sentence without the file's contents. */
export function connect(options: ConnectOptions = {}): Result<Connection, string> {
  const source = options.kubeconfig ?? 'the default kubeconfig';
  try {
    let config = load(options);
    const cluster = config.getCurrentCluster();
    if (cluster === null) {
      const name = options.context ?? config.getCurrentContext();
      return err(
        name
          ? `reading ${source}: context ${JSON.stringify(name)} names no cluster`
          : `reading ${source}: it has no current-context, so this is no kubeconfig or an unfinished one`,
      );
    }
    if (!/^https?:\/\//iu.test(cluster.server) || !URL.canParse(cluster.server)) {
      return err(
        `reading ${source}: the server of cluster ${JSON.stringify(cluster.name)} is no http or https URL`,
      );
    }
    return ok({
      url: cluster.server.replace(/\/+$/, ''),
      proxy: cluster.proxyUrl,
      namespace: config.getContextObject(config.getCurrentContext())?.namespace,
      credentials: async ({ renew } = { renew: false }) => {
        if (renew) config = load(options);
        return credentialsOf(config);
      },
    });
  } catch (error) {
    // A parser's message quotes lines of the file, and those hold tokens; its first line does not.
    return err(`reading ${source}: ${describeError(error).split(/ \d+ \| /)[0] ?? ''}`);
  }
}

function load({ kubeconfig, context }: ConnectOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined || kubeconfig === '') config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  // client-node refuses http:// unless told to skip a verification that plain HTTP does not have.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: HttpsOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file often ends in a line break, which no header may contain.
    headers[name] = value.trim();
  }
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth, 'utf8').toString('base64')}`;
  }
  return { headers, tls: tlsOf(options) };
}

/** What client-node writes into the options it is given. */
interface HttpsOptions {
  headers?: Record<string, string>;
  auth?: string;
  ca?: Buffer;
  cert?: Buffer | string;
  key?: Buffer | string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: HttpsOptions): TlsOptions {
  return {
    ...(ca !== undefined && { ca: ca.toString() }),
    ...(cert !== undefined && { cert: cert.toString() }),
    ...(key !== undefined && { key: key.toString() }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}
