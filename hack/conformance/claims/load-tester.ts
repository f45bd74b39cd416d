/** What gates and tests do, whatever they are called by. */
import type { Claim } from '../claim.ts';

const LOAD_TESTER = 'test/contract/load-tester.test.ts';
const TASKS = 'test/contract/load-tester-tasks.test.ts';

export const LOAD_TESTER_CLAIMS: readonly Claim[] = [
  {
    id: '10.6.6',
    says: 'bash answers by its exit status and with its output where asked; a cmd runs once however often it is sent; ngrinder is followed to its end; concord wants its arguments',
    tests: {
      [LOAD_TESTER]: ['with a shell F10.6 load tester: …'],
      [TASKS]: ['type ngrinder F10.6 …', 'type concord F10.6 …'],
    },
    mutants: [
      'load tester: a failed acceptance test that passes',
      'load tester: the same load twice at a time',
    ],
  },
];
