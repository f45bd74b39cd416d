import { describe, expect, it } from '@jest/globals';
import { Delivery } from '../../../src/controller/delivery.ts';
import type { Letter } from '../../../src/notify/notifier.ts';
import { letterOf } from '../../../src/notify/registry.ts';
import { millis } from '../../../src/shared/brand.ts';
import type { Http, HttpRequest } from '../../../src/shared/http.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { HandClock } from '../../support/clock.ts';

type Said =
  number | 'nobody' | 'hangs' | { readonly status: number; readonly after?: number; readonly body?: string };

const ABOUT = {
  cluster: '',
  name: 'podinfo',
  namespace: 'test',
  target: 'podinfo',
  service: 'podinfo',
  phase: 'Succeeded',
  revision: '1-ab',
};
const ALERT = {
  severity: 'info',
  author: 'podinfo.test',
  message: 'Promoted.',
  fields: [],
  about: ABOUT,
} as const;
const SECRETS = { address: 'https://hooks.example/services/T0AB/s3cr3t', token: 'xoxb-s3cr3t' };

/** A messenger that answers what it is told to, and with 200 when it was told nothing more. */
class Chat {
  readonly clock = new HandClock();
  readonly asked: string[] = [];
  readonly answers = new Map<string, Said[]>();
  readonly stop = new AbortController();
  readonly #start = this.clock.steady();
  readonly #delivery: Delivery;
  /** At the same time, at most. */
  most = 0;
  #now = 0;

  constructor() {
    this.#delivery = new Delivery({ http: this.#http, clock: this.clock });
  }

  /** The seconds at which an address was asked. */
  times(address: string): readonly number[] {
    return this.asked
      .filter((line) => line.startsWith(`${address} `))
      .map((line) => Number(line.split(' ')[1]));
  }

  send(address = SECRETS.address): Promise<Result<undefined, string>> {
    return this.#delivery.send(async () => letterTo(address), this.stop.signal);
  }

  readonly #http: Http = async (request, { signal }) => {
    this.asked.push(`${request.url} ${(this.clock.steady() - this.#start) / 1_000}`);
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    try {
      return await this.#answer(request, signal);
    } finally {
      this.#now -= 1;
    }
  };

  async #answer(request: HttpRequest, signal: AbortSignal): ReturnType<Http> {
    const said = this.answers.get(request.url)?.shift() ?? 200;
    if (said === 'nobody') return err({ kind: 'unreachable', detail: 'nobody is there' });
    if (said === 'hangs') {
      await this.clock.sleep(request.timeout, { signal });
      return err({ kind: 'timeout', detail: 'no answer within 5000 ms' });
    }
    const { status, after, body = '' } = typeof said === 'number' ? { status: said } : said;
    await this.clock.sleep(millis(100), { signal });
    return ok({
      status,
      body,
      elapsed: millis(100),
      ...(after !== undefined && { retryAfter: millis(after * 1_000) }),
    });
  }
}

function letterTo(address: string): Result<Letter, string> {
  const { token } = SECRETS;
  return letterOf(ALERT, {
    type: 'slack',
    channel: 'ops',
    username: 'serin',
    address,
    token,
    proxy: undefined,
    template: undefined,
  });
}

async function outcome(chat: Chat, said: readonly Said[], span = 400_000): Promise<unknown> {
  chat.answers.set(SECRETS.address, [...said]);
  const sending = chat.send();
  await chat.clock.advance(span);
  const sent = await sending;
  return sent.ok ? 'delivered' : sent.error;
}

describe('an alert', () => {
  it.each([
    ['that nobody answers', ['nobody', 200], [0, 1]],
    ['that somebody cannot take just now', [503, 502, 200], [0, 1.1, 3.2]],
    ['that is too many', [429, 200], [0, 1.1]],
    ['that is too many for some time', [{ status: 429, after: 30 }, 200], [0, 30.1]],
    [
      'that Slack counts with status 200',
      [{ status: 200, body: '{"ok":false,"error":"ratelimited"}' }, 200],
      [0, 1.1],
    ],
    ['that hangs', ['hangs', 200], [0, 6]],
  ] as const)('%s is sent again after a while', async (_, said, times) => {
    const chat = new Chat();
    expect(await outcome(chat, said)).toBe('delivered');
    expect(chat.times(SECRETS.address)).toEqual(times);
  });

  it.each([
    [404, 'answered with status 404'],
    [{ status: 400, body: 'invalid_payload\n' }, 'answered with status 400: invalid_payload'],
    [
      {
        status: 403,
        body: 'T0AB/s3cr3t of https://hooks.example/services/T0AB/s3cr3t is not for xoxb-s3cr3t',
      },
      'answered with status 403: <redacted>/<redacted> of <redacted> is not for <redacted>',
    ],
    [{ status: 200, body: '{"ok":false,"error":"channel_not_found"}' }, 'slack says channel_not_found'],
  ] as const)('that is refused by %j is not sent again, and holds nothing secret', async (said, sentence) => {
    const chat = new Chat();
    expect(await outcome(chat, [said])).toBe(sentence);
    expect(chat.asked).toHaveLength(1);
  });

  it('is given up after five minutes, with what was wrong last', async () => {
    const chat = new Chat();
    const said = Array.from({ length: 50 }, () => 'nobody' as const);
    expect(await outcome(chat, said)).toBe('given up, the last time it was: nobody is there');
    expect(chat.times(SECRETS.address)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    expect(chat.clock.sleepers).toBe(0);
  });

  it('is given up where the messenger asks for more time than that', async () => {
    const chat = new Chat();
    expect(await outcome(chat, [{ status: 429, after: 3_600 }])).toBe(
      'given up, the last time it was: answered with status 429',
    );
    expect(chat.asked).toHaveLength(1);
  });

  it('ends with the process, and leaves nobody waiting', async () => {
    const chat = new Chat();
    chat.answers.set(SECRETS.address, ['nobody']);
    const sending = chat.send();
    await chat.clock.advance(500);
    chat.stop.abort(new Error('stopping'));
    await expect(sending).rejects.toThrow('stopping');
    await chat.clock.advance(0);
    expect(chat.clock.sleepers).toBe(0);
  });
});

describe('alerts of many Canaries', () => {
  it('go to one address one at a time, and all of them arrive', async () => {
    const chat = new Chat();
    const sending = Array.from({ length: 20 }, () => chat.send());
    await chat.clock.advance(10_000);
    const sent = await Promise.all(sending);
    expect(sent.filter(({ ok: arrived }) => arrived)).toHaveLength(20);
    expect(chat.most).toBe(1);
    expect(chat.asked).toHaveLength(20);
  });

  it('leave an address alone for all when one is told to', async () => {
    const chat = new Chat();
    chat.answers.set(SECRETS.address, [200, { status: 429, after: 10 }]);
    const sending = Array.from({ length: 4 }, () => chat.send());
    await chat.clock.advance(60_000);
    await Promise.all(sending);
    expect(chat.times(SECRETS.address)).toEqual([0, 0.1, 10.2, 10.3, 10.4]);
  });

  it('are delayed by no other address that is dead', async () => {
    const chat = new Chat();
    chat.answers.set(
      SECRETS.address,
      Array.from({ length: 50 }, () => 'hangs' as const),
    );
    const dead = Array.from({ length: 5 }, () => chat.send());
    const alive = Array.from({ length: 5 }, () => chat.send('https://alive.example/hook'));
    await chat.clock.advance(500);
    const sent = await Promise.all(alive);
    expect(sent.filter(({ ok: arrived }) => arrived)).toHaveLength(5);
    await chat.clock.advance(400_000);
    expect((await Promise.all(dead)).filter(({ ok: arrived }) => arrived)).toEqual([]);
  });
});
