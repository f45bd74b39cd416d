/** A test of nGrinder, started as a copy of another and stopped with the task. Nobody waits for it. */
import { at, count, list, text } from '../../api/tree.ts';
import { millis, type Millis } from '../../shared/brand.ts';
import type { HttpRequest } from '../../shared/http.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Answer } from '../answer.ts';
import type { Metadata } from '../payload.ts';
import { callJson } from './call.ts';
import { refuse, serverOf, spanOf } from './metadata.ts';
import { stopOf, type Outcome, type Run, type TaskType, type Tools } from './task.ts';

const REQUIRED = ['server', 'clone', 'username', 'passwd'];
const REQUEST_TIMEOUT = millis(30_000);
const DEFAULT_INTERVAL = millis(1_000);
const ENDED_BADLY = ['STOP_BY_ERROR', 'CANCELED', 'UNKNOWN'];

export const ngrinder: TaskType = {
  waits: false,
  plan: (metadata, tools) => {
    const test = testOf(metadata);
    if (!test.ok) return test;
    const { url, clone } = test.value;
    return ok({ title: `ngrinder test like ${clone} at ${url}`, run: runOf(test.value, tools) });
  },
};

interface Test {
  /** Of the API, without a slash at its end. */
  readonly url: string;
  /** The test to copy. */
  readonly clone: string;
  readonly authorization: string;
  readonly pollInterval: Millis;
}

function testOf(metadata: Metadata): Result<Test, Answer> {
  const missing = REQUIRED.filter((key) => (metadata[key] ?? '') === '');
  if (missing.length > 0)
    return refuse(`server, clone, username and passwd are required metadata, missing: ${missing.join(', ')}`);
  const { clone = '', username = '', passwd = '' } = metadata;
  const server = serverOf(metadata);
  if (!server.ok) return server;
  if (!/^\d+$/.test(clone))
    return refuse(`metadata.clone is ${JSON.stringify(clone)}, allowed is the number of a test`);
  if (
    Buffer.from(passwd, 'base64').toString('base64').replace(/=+$/, '') !== passwd.trim().replace(/=+$/, '')
  )
    return refuse('metadata.passwd is not in base64');
  const pollInterval = spanOf(metadata, 'pollInterval', DEFAULT_INTERVAL);
  if (!pollInterval.ok) return pollInterval;
  const credentials = `${username}:${Buffer.from(passwd, 'base64').toString('utf8')}`;
  return ok({
    url: `${server.value}/perftest/api`,
    clone,
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    pollInterval: pollInterval.value,
  });
}

function runOf(test: Test, tools: Tools): Run {
  return async ({ signal }) => {
    let id: number | undefined;
    try {
      const started = await call(test, 'POST', `${test.clone}/clone_and_start`, { tools, signal });
      id = started.ok ? count(at(started.value, 'id')) : undefined;
      if (!started.ok) return failed(started.error);
      if (id === undefined) return failed('ngrinder started no test');
      return await follow(test, id, { tools, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      // The signal is spent; the request has a limit of its own.
      const { signal: unheard } = new AbortController();
      if (id !== undefined) await call(test, 'PUT', `${id}?action=stop`, { tools, signal: unheard });
      return failed(stopOf(signal));
    }
  };
}

interface Conversation {
  readonly tools: Tools;
  readonly signal: AbortSignal;
}

/** A controller that does not answer for a moment is asked again: the test goes on without it. */
async function follow(test: Test, id: number, talk: Conversation): Promise<Outcome> {
  for (;;) {
    await talk.tools.clock.sleep(test.pollInterval, talk);
    const found = await call(test, 'GET', `${id}/status`, talk);
    const [first] = found.ok ? list(at(found.value, 'status')) : [];
    const status = text(at(first, 'status_id'));
    if (status === 'FINISHED') return { output: '', failure: undefined };
    if (status !== undefined && ENDED_BADLY.includes(status))
      return failed(`ngrinder test ${id} ended as ${status}`);
  }
}

async function call(
  { url, authorization }: Test,
  method: HttpRequest['method'],
  path: string,
  talk: Conversation,
): Promise<Result<unknown, string>> {
  const headers = { Authorization: authorization };
  const request = { method, url: `${url}/${path}`, headers, timeout: REQUEST_TIMEOUT };
  const answer = await callJson(request, talk);
  if (!answer.ok || at(answer.value, 'success') !== false) return answer;
  return {
    ok: false,
    error: `ngrinder refused: ${text(at(answer.value, 'message')) ?? 'it does not say why'}`,
  };
}

function failed(failure: string): Outcome {
  return { output: '', failure };
}
