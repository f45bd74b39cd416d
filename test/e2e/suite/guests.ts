/** Users with a cookie jar: what an answer gives them they show with their next request, as a browser does. */
import type { Visitors } from './visitors.ts';

export class Guest {
  /** By name. */
  readonly jar = new Map<string, string>();
  /** Of each answer, in order. */
  readonly versions: string[] = [];
  readonly #users: Visitors;

  constructor(users: Visitors) {
    this.#users = users;
  }

  /** A request with all cookies; what its answer says of them counts from now on. */
  async come(): Promise<void> {
    const shown = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const { version, cookies } = await this.#users.come(shown === '' ? {} : { Cookie: shown });
    this.versions.push(version);
    for (const cookie of cookies) this.#keep(cookie);
  }

  #keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    const [name = '', ...value] = pair.split('=');
    const age = attributes.find((attribute) => /^max-age=/i.test(attribute))?.slice('max-age='.length);
    if (age !== undefined && Number(age) <= 0) this.jar.delete(name);
    else this.jar.set(name, value.join('='));
  }
}

/** Each of them comes so many times, one after the other. */
export async function allCome(guests: readonly Guest[], times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) for (const guest of guests) await guest.come();
}
