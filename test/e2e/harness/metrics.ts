/** A Prometheus that says what it is told to, per workload a query is about. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readText, serve } from '../../support/loopback.ts';

/** A value, no value, or whatever else a server in trouble answers. */
export type Reading =
  number | 'none' | 'hangs' | { readonly status: number; readonly type: string; readonly body: string };

export interface ScriptedMetrics {
  readonly url: string;
  /** Every query so far. */
  readonly queries: readonly string[];
  /** From now on queries that name the workload are answered so. Others get a success rate of 100 and 10 ms. */
  say(workload: string, reading: Reading): void;
  close(): Promise<void>;
}

export async function startMetrics(): Promise<ScriptedMetrics> {
  const readings = new Map<string, Reading>();
  const queries: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://metrics');
    const form = new URLSearchParams(await readText(request));
    const query = url.searchParams.get('query') ?? form.get('query') ?? '';
    queries.push(query);
    send(response, readingOf(query, readings));
  };
  const server = await serve((request, response) => void answer(request, response));
  return {
    url: server.url,
    queries,
    say: (workload, reading) => void readings.set(workload, reading),
    close: () => server.close(),
  };
}

function readingOf(query: string, readings: ReadonlyMap<string, Reading>): Reading {
  if (query === 'vector(1)') return 1;
  for (const [workload, reading] of readings) {
    const ways = [`"${workload}"`, `"${workload}-[`, `-${workload}-canary-[`];
    if (ways.some((way) => query.includes(way))) return reading;
  }
  return query.includes('histogram_quantile') ? 10 : 100;
}

function send(response: ServerResponse, reading: Reading): void {
  if (reading === 'hangs') return;
  if (typeof reading === 'object') {
    response.writeHead(reading.status, { 'content-type': reading.type }).end(reading.body);
    return;
  }
  const result = reading === 'none' ? [] : [{ metric: {}, value: [0, String(reading)] }];
  const body = { status: 'success', data: { resultType: 'vector', result } };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
