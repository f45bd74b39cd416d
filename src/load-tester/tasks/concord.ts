/** A process of Concord that the webhook waits for. */
import { readFile } from 'node:fs/promises';

import { at, text } from '../../api/tree.ts';
import { after, millis, type Millis } from '../../shared/brand.ts';
import type { HttpRequest } from '../../shared/http.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Answer } from '../answer.ts';
import type { Metadata } from '../payload.ts';
import { callJson } from './call.ts';
import { forbid, refuse, serverOf, spanOf } from './metadata.ts';
import { stopOf, type Outcome, type Run, type TaskType, type Tools } from './task.ts';

const REQUIRED = ['server', 'org', 'project', 'repo', 'entrypoint', 'apiKeyPath', 'endpoint'];
const REQUEST_TIMEOUT = millis(60_000);
const DEFAULT_INTERVAL = millis(5_000);
const DEFAULT_TIMEOUT = millis(30_000);
const ENDED_BADLY = ['FAILED', 'CANCELLED', 'TIMED_OUT'];

export const concord: TaskType = {
  waits: true,
  plan: (metadata, tools) => {
    const process = processOf(metadata);
    if (!process.ok) return process;
    // The server that a webhook names is sent a file of ours.
    if (!tools.allowShell) return forbid('type concord reads the file metadata.apiKeyPath');
    const { org, project, repo, entrypoint } = metadata;
    return ok({
      title: `concord ${org} ${project} ${repo} ${entrypoint}`,
      run: runOf(process.value, tools),
    });
  },
};

interface Process {
  readonly url: string;
  readonly apiKeyPath: string;
  /** Of the form that starts it. */
  readonly fields: readonly (readonly [string, string])[];
  readonly pollInterval: Millis;
  readonly pollTimeout: Millis;
}

function processOf(metadata: Metadata): Result<Process, Answer> {
  const missing = REQUIRED.find((key) => (metadata[key] ?? '') === '');
  if (missing !== undefined) return refuse(`\`${missing}\` is required with type concord`);
  if (metadata['arguments.endpoint'] !== undefined)
    return refuse('metadata["arguments.endpoint"] is not allowed, write it as metadata.endpoint');
  const server = serverOf(metadata);
  if (!server.ok) return server;
  const pollInterval = spanOf(metadata, 'pollInterval', DEFAULT_INTERVAL);
  if (!pollInterval.ok) return pollInterval;
  const pollTimeout = spanOf(metadata, 'pollTimeout', DEFAULT_TIMEOUT);
  if (!pollTimeout.ok) return pollTimeout;
  return ok({
    url: `${server.value}/api/v1/process`,
    apiKeyPath: metadata['apiKeyPath'] ?? '',
    fields: fieldsOf(metadata),
    pollInterval: pollInterval.value,
    pollTimeout: pollTimeout.value,
  });
}

function fieldsOf(metadata: Metadata): Process['fields'] {
  const named = [
    ['org', 'org'],
    ['project', 'project'],
    ['repo', 'repo'],
    ['entryPoint', 'entrypoint'],
    ['arguments.endpoint', 'endpoint'],
  ] as const;
  return [
    ...named.map(([field, key]) => [field, metadata[key] ?? ''] as const),
    ...Object.entries(metadata).filter(([key]) => key.startsWith('arguments.')),
  ];
}

function runOf(process: Process, tools: Tools): Run {
  return async ({ signal }) => {
    const apiKey = await readKey(process.apiKeyPath);
    if (!apiKey.ok) return failed(apiKey.error);
    try {
      return await follow(process, { tools, signal, authorization: apiKey.value });
    } catch (error) {
      if (signal.aborted) return failed(stopOf(signal));
      throw error;
    }
  };
}

async function readKey(path: string): Promise<Result<string, string>> {
  try {
    return ok((await readFile(path, 'utf8')).trim());
  } catch {
    return err(`the file metadata.apiKeyPath, ${path}, cannot be read`);
  }
}

interface Conversation {
  readonly tools: Tools;
  readonly signal: AbortSignal;
  readonly authorization: string;
}

async function follow(process: Process, talk: Conversation): Promise<Outcome> {
  const { clock } = talk.tools;
  const { signal } = talk;
  const started = await callJson(startRequest(process, talk), talk);
  if (!started.ok) return failed(started.error);
  const id = text(at(started.value, 'instanceId')) ?? '';
  if (id === '' || at(started.value, 'ok') === false) return failed('concord started no process');
  const end = after(clock.steady(), process.pollTimeout);
  for (;;) {
    await clock.sleep(process.pollInterval, { signal });
    const found = await callJson(statusRequest(process, id, talk), talk);
    const status = found.ok ? text(at(found.value, 'status')) : undefined;
    if (status === 'FINISHED') return { output: '', failure: undefined };
    if (status !== undefined && ENDED_BADLY.includes(status))
      return failed(`concord process ${id} ended as ${status}`);
    if (clock.steady() >= end) {
      const last = found.ok ? `its status is ${status ?? 'not told'}` : found.error;
      return failed(
        `concord process ${id} has not finished within ${process.pollTimeout / 1_000} seconds: ${last}`,
      );
    }
  }
}

function startRequest({ url, fields }: Process, { authorization }: Conversation): HttpRequest {
  const boundary = `serin-${crypto.randomUUID()}`;
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  return {
    method: 'POST',
    url,
    headers: { Authorization: authorization, 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join('')}--${boundary}--\r\n`,
    timeout: REQUEST_TIMEOUT,
  };
}

/** As forms in browsers write names. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function statusRequest({ url }: Process, id: string, { authorization }: Conversation): HttpRequest {
  return {
    method: 'GET',
    url: `${url}/${encodeURIComponent(id)}`,
    headers: { Authorization: authorization },
    timeout: REQUEST_TIMEOUT,
  };
}

function failed(failure: string): Outcome {
  return { output: '', failure };
}
