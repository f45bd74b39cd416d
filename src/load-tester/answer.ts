/** What the load tester answers, whoever decides it. */

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export const OK: Answer = { status: 200, body: 'OK' };
export const FORBIDDEN: Answer = { status: 403, body: 'Forbidden' };
/** Done, or begun. */
export const ACCEPTED: Answer = { status: 202, body: '' };
