/**
 * HTTP for hooks, metric systems and messengers: axios behind `Http`. It knows nothing of who calls; retries and
 * the meaning of a status are the caller's. Calls to the Kubernetes API go through `kubernetes/transport.ts`.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import axios, { AxiosHeaders, type AxiosProxyConfig, type AxiosRequestConfig } from 'axios';

import { millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import {
  retryAfterOf,
  type Http,
  type HttpError,
  type HttpRequest,
  type HttpResponse,
} from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { withDeadline } from './deadline.ts';
import { describeError, originOf } from './redact.ts';

const DEFAULT_MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 10;

/**
 * Idle connections are given up after four seconds, before the servers do: Node's own server waits for five, and
 * a request sent into a connection that is being closed fails without having been heard.
 */
const AGENT = { keepAlive: true, timeout: 4_000 } as const;

export interface HttpClient {
  readonly http: Http;
  /** Closes idle connections. */
  close(): void;
}

/**
 * Redirects are followed; a header that the caller set goes no further than the host it was meant for. Proxies come
 * from the request or from HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 */
export function createHttp({ clock }: { readonly clock: Clock }): HttpClient {
  const plain = new HttpAgent(AGENT);
  const secure = new HttpsAgent(AGENT);
  const insecure = new HttpsAgent({ ...AGENT, rejectUnauthorized: false });
  const agents = (request: HttpRequest): Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'> => ({
    httpAgent: plain,
    httpsAgent: request.insecure === true ? insecure : secure,
  });
  return {
    http: (request, { signal }) => send(clock, request, agents(request), signal),
    close: () => [plain, secure, insecure].forEach((agent) => agent.destroy()),
  };
}

async function send(
  clock: Clock,
  request: HttpRequest,
  agents: AxiosRequestConfig,
  signal: AbortSignal,
): ReturnType<Http> {
  const from = clock.steady();
  const where = `${request.method} ${originOf(request.url)}`;
  try {
    const config = { ...axiosConfig(request), ...agents };
    const timed = await withDeadline({ clock, span: request.timeout, signal }, (stop) =>
      exchange(config, request.maxBytes ?? DEFAULT_MAX_BYTES, stop),
    );
    if (timed.kind === 'timeout') {
      return err({ kind: 'timeout', detail: `${where}: no answer within ${request.timeout} ms` });
    }
    const answer = timed.value;
    if (!answer.ok) return err({ ...answer.error, detail: `${where}: ${answer.error.detail}` });
    const { retryAfter: header, ...said } = answer.value;
    const retryAfter = retryAfterOf(header, clock.now());
    const elapsed = millis(Math.max(0, clock.steady() - from));
    return ok({ ...said, elapsed, ...(retryAfter !== undefined && { retryAfter }) });
  } catch (error) {
    signal.throwIfAborted();
    return err({ kind: 'unreachable', detail: `${where}: ${describeError(error)}` });
  }
}

type Answered = Pick<HttpResponse, 'status' | 'body'> & { readonly retryAfter: string | undefined };

async function exchange(
  config: AxiosRequestConfig,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Result<Answered, HttpError>> {
  const { status, data, headers } = await axios.request<Readable>({ ...config, signal });
  const chunks: Buffer[] = [];
  let size = 0;
  // A response of type `stream` yields buffers.
  for await (const chunk of data as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      return err({ kind: 'too-large', status, detail: `answered with more than ${maxBytes} bytes` });
    }
    chunks.push(chunk);
  }
  const retryAfter: unknown = headers['retry-after'];
  return ok({
    status,
    body: Buffer.concat(chunks).toString('utf8'),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  });
}

function axiosConfig(request: HttpRequest): AxiosRequestConfig {
  const headers = new AxiosHeaders({ 'User-Agent': 'serin' });
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers.set(name, typeof value === 'string' ? value : [...value]);
  }
  return {
    method: request.method,
    url: request.url,
    headers,
    data: request.body,
    // Bodies are sent as they are; axios would look for JSON in them.
    transformRequest: [(body: unknown) => body],
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: MAX_REDIRECTS,
    beforeRedirect: (next, _response, from) => dropForeignHeaders(request.headers, next, from.url),
    ...(request.proxy === undefined || request.proxy === '' ? {} : { proxy: proxyConfig(request.proxy) }),
  };
}

/** Keys of metric systems travel in headers of their own, which no library knows to be secret. */
export function dropForeignHeaders(
  given: Readonly<Record<string, unknown>> | undefined,
  next: Record<string, unknown>,
  from: string,
): void {
  if (typeof next['href'] === 'string' && originOf(next['href']) === originOf(from)) return;
  const headers = next['headers'];
  if (typeof headers !== 'object' || headers === null) return;
  const own = new Set(Object.keys(given ?? {}).map((name) => name.toLowerCase()));
  for (const name of ['accept', 'content-type']) own.delete(name);
  for (const name of Object.keys(headers)) {
    if (own.has(name.toLowerCase())) Reflect.deleteProperty(headers, name);
  }
}

function proxyConfig(proxy: string): AxiosProxyConfig {
  if (!URL.canParse(proxy)) throw new Error('the proxy is not a URL such as http://proxy:3128');
  const { protocol, hostname, port, username, password } = new URL(proxy);
  return {
    protocol,
    host: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    ...(username !== '' && {
      auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    }),
  };
}
