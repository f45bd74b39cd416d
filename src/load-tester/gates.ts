/** Gates that people open and close by hand. Kept in memory: they are closed again after a restart. */

export class Gates {
  readonly #open = new Set<string>();

  open(gate: string): void {
    this.#open.add(gate);
  }

  close(gate: string): void {
    this.#open.delete(gate);
  }

  /** A gate nobody has opened is closed. */
  isOpen(gate: string): boolean {
    return this.#open.has(gate);
  }
}
