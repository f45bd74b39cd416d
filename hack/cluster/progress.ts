/** What is going on, told on stderr: a line per step, and a sign of life every two seconds of a long one. */

const SIGN_OF_LIFE = 2_000;

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Does a step, saying before what it is and afterwards how long it took. */
export async function step<Value>(title: string, work: () => Promise<Value>): Promise<Value> {
  const began = performance.now();
  process.stderr.write(`${title} `);
  const ticking = setInterval(() => process.stderr.write('.'), SIGN_OF_LIFE);
  try {
    const value = await work();
    say(` ${seconds(performance.now() - began)}`);
    return value;
  } catch (error) {
    say(' failed');
    throw error;
  } finally {
    clearInterval(ticking);
  }
}

/** `1.2 s`, or `2 min 5 s` from two minutes on. */
export function seconds(milliseconds: number): string {
  const whole = Math.round(milliseconds / 1000);
  if (whole >= 120) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
