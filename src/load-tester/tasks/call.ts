/** A call to a server that answers in JSON. */
import type { HttpRequest } from '../../shared/http.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Tools } from './task.ts';

/** Of an answer that is no success, in a sentence. */
const MAX_EXCERPT = 200;

/** The JSON of a 2xx answer, or a sentence. Rejects only when the signal aborts. */
export async function callJson(
  request: HttpRequest,
  { tools, signal }: { readonly tools: Pick<Tools, 'http'>; readonly signal: AbortSignal },
): Promise<Result<unknown, string>> {
  const answer = await tools.http(request, { signal });
  if (!answer.ok) return err(answer.error.detail);
  const { status, body } = answer.value;
  const where = `${request.method} ${new URL(request.url).pathname}`;
  if (status < 200 || status >= 300)
    return err(`${where} was answered with status ${status}: ${body.trim().slice(0, MAX_EXCERPT)}`);
  try {
    return ok(JSON.parse(body) as unknown);
  } catch {
    return err(`${where} was answered with something that is not JSON`);
  }
}
