/** A `helm` that the webhook waits for: `test`, as a rule. */
import { programJob } from './commands.ts';
import type { TaskType } from './task.ts';

export const helm: TaskType = {
  waits: true,
  plan: (metadata, tools) => programJob('helm', metadata, tools),
};
