import { describe, expect, it } from '@jest/globals';
import { Loans, type Loan } from '../../../hack/faults/loans.ts';

function loan(what: string, told: string[], failing: 'take' | 'putBack' | undefined = undefined): Loan {
  const does = (step: 'take' | 'putBack') => async (): Promise<void> => {
    told.push(`${step} ${what}`);
    if (failing === step) throw new Error('refused');
  };
  return { what, take: does('take'), putBack: does('putBack') };
}

describe('what was taken away', () => {
  it('is put back once, also if the end puts everything back', async () => {
    const told: string[] = [];
    const loans = new Loans();

    const putBack = await loans.take(loan('etcd', told));
    await putBack();
    await putBack();

    expect(await loans.settle()).toEqual([]);
    expect(told).toEqual(['take etcd', 'putBack etcd']);
  });

  it('is put back at the end, the last first', async () => {
    const told: string[] = [];
    const loans = new Loans();

    await loans.take(loan('etcd', told));
    await loans.take(loan('kubelet', told));
    await loans.settle();

    expect(told).toEqual(['take etcd', 'take kubelet', 'putBack kubelet', 'putBack etcd']);
  });

  it('is put back also where taking it failed half-way', async () => {
    const told: string[] = [];
    const loans = new Loans();

    await expect(loans.take(loan('etcd', told, 'take'))).rejects.toThrow('refused');
    await loans.settle();

    expect(told).toEqual(['take etcd', 'putBack etcd']);
  });

  it('is named where it cannot be put back, and keeps nothing else from coming back', async () => {
    const told: string[] = [];
    const loans = new Loans();

    await loans.take(loan('etcd', told));
    await loans.take(loan('kubelet', told, 'putBack'));

    expect(await loans.settle()).toEqual(['kubelet is not back: refused']);
    expect(told).toContain('putBack etcd');
  });
});
