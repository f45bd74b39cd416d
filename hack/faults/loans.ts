/** What a suite has taken away from a cluster for a while. Whatever happens, it is put back, the last first. */

export interface Loan {
  readonly what: string;
  take(): Promise<void>;
  /** May be called where nothing, or only half of it, was taken. */
  putBack(): Promise<void>;
}

export class Loans {
  readonly #open: Loan[] = [];

  /** Takes it; the returned function puts it back, once. */
  async take(loan: Loan): Promise<() => Promise<void>> {
    // Noted before it is done: what fails half-way has to be put back too.
    this.#open.push(loan);
    await loan.take();
    return () => this.#close(loan);
  }

  /** Puts back what still is away. One that fails keeps none of the others; resolves with their complaints. */
  async settle(): Promise<readonly string[]> {
    const complaints: string[] = [];
    for (const loan of this.#open.toReversed()) {
      try {
        await this.#close(loan);
      } catch (error) {
        complaints.push(
          `${loan.what} is not back: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    return complaints;
  }

  async #close(loan: Loan): Promise<void> {
    const at = this.#open.indexOf(loan);
    if (at < 0) return;
    this.#open.splice(at, 1);
    await loan.putBack();
  }
}
