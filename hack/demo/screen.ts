/** Lines on a terminal, with one line at the bottom that is rewritten while it changes; plain lines elsewhere. */

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Screen {
  readonly #output: Output;
  #live = '';

  constructor(output: Output) {
    this.#output = output;
  }

  get interactive(): boolean {
    return this.#output.isTTY === true;
  }

  /** A line that stays. */
  print(line: string): void {
    this.#output.write(`${this.#erased()}${line}\n${this.#live}`);
  }

  /** The line at the bottom; nothing where there is no terminal. */
  live(line: string): void {
    if (!this.interactive) return;
    const cut = line.slice(0, (this.#output.columns ?? 120) - 1);
    const erased = this.#erased();
    this.#live = cut;
    this.#output.write(`${erased}${cut}`);
  }

  /** Makes the bottom line empty. */
  settle(): void {
    this.#output.write(this.#erased());
    this.#live = '';
  }

  #erased(): string {
    return this.#live === '' ? '' : '\r\u001b[2K';
  }
}
