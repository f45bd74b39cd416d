/** The users of an application: they come through the router, all the time or in a crowd, and remember what they got. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { keepAliveAgent } from '../../../hack/demo/loopback.ts';
import { readText } from '../../support/loopback.ts';
import { textAt } from '../harness/look.ts';

export interface Visit {
  /** Milliseconds since 1970, before the request was sent and after the answer was read. */
  readonly began: number;
  readonly ended: number;
  /** 0 without an answer. */
  readonly status: number;
  /** Of the pod that answered, as it says itself; '' where an answer does not say. */
  readonly version: string;
  readonly message: string;
  /** Values of Set-Cookie. */
  readonly cookies: readonly string[];
  /** Why there was no answer, or what an answer of the wrong kind said. */
  readonly complaint: string;
}

export interface Door {
  /** Address of the router. */
  readonly url: string;
  /** What the users call the application. */
  readonly host: string;
  readonly path?: string;
}

type Headers = Readonly<Record<string, string>>;

/** Longer than any answer a revision of the suite gives on purpose. */
const PATIENCE = 10_000;
/** A crowd comes through a door of this width, and each of it takes a breath: a stampede would judge the door. */
const WIDTH = 8;
const BREATH = 20;

export class Visitors {
  readonly visits: Visit[] = [];
  readonly #door: Door;
  readonly #agent = keepAliveAgent(64);
  readonly #coming = new Set<Promise<Visit>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(door: Door) {
    this.#door = door;
  }

  /** From now on `perSecond` visits a second, whatever becomes of them. */
  keepComing(perSecond: number, headers: Headers = {}): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.come(headers), 1_000 / perSecond);
  }

  /** Nobody comes any more; resolves when the last have left. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.backHome();
    this.#agent.destroy();
  }

  /** Resolves when all who are on their way now have got what they came for. */
  async backHome(): Promise<void> {
    await Promise.all(this.#coming);
  }

  /** A crowd: as many visits as `wanted`, some at a time. */
  async crowd(wanted: number, headers: Headers = {}): Promise<readonly Visit[]> {
    const visits: Visit[] = [];
    const one = async (): Promise<void> => {
      while (wanted-- > 0) {
        visits.push(await this.come(headers));
        await new Promise((resolve) => setTimeout(resolve, BREATH));
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, one));
    return visits;
  }

  /** One visit, which is remembered. Never rejects. */
  async come(headers: Headers = {}): Promise<Visit> {
    const visiting = visit(this.#door, headers, this.#agent);
    this.#coming.add(visiting);
    const done = await visiting;
    this.#coming.delete(visiting);
    this.visits.push(done);
    return done;
  }

  get lost(): readonly Visit[] {
    return this.visits.filter(isLost);
  }
}

/** No answer, or one that the application did not mean to give: no revision of the suite answers with an error. */
export function isLost({ status }: Visit): boolean {
  return status === 0 || status >= 400;
}

/** A lost visit as one line. */
export function describeVisit({ began, ended, status, complaint }: Visit): string {
  const at = new Date(began).toISOString().slice(11, 23);
  return `${at} ${status === 0 ? 'no answer' : status} after ${ended - began} ms: ${complaint}`;
}

async function visit(door: Door, headers: Headers, agent: Agent): Promise<Visit> {
  const began = Date.now();
  try {
    const { status, head, body } = await ask(door, headers, agent);
    const { version, message } = said(body);
    const complaint = status < 400 ? '' : body.trim().slice(0, 120);
    return {
      began,
      ended: Date.now(),
      status,
      version,
      message,
      cookies: head['set-cookie'] ?? [],
      complaint,
    };
  } catch (error) {
    const complaint = error instanceof Error ? error.message : String(error);
    return { began, ended: Date.now(), status: 0, version: '', message: '', cookies: [], complaint };
  }
}

interface Answer {
  readonly status: number;
  readonly head: IncomingHttpHeaders;
  readonly body: string;
}

function ask({ url, host, path = '/' }: Door, headers: Headers, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, url),
      { agent, headers: { ...headers, host }, timeout: PATIENCE },
      (response) => {
        readText(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, head: response.headers, body }),
          reject,
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${PATIENCE} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** What the example application says about itself. */
function said(body: string): { readonly version: string; readonly message: string } {
  try {
    const answer: unknown = JSON.parse(body);
    return { version: textAt(answer, 'version'), message: textAt(answer, 'message') };
  } catch {
    return { version: '', message: '' };
  }
}
