/** A command in `sh` that nobody waits for: load, as a rule. */
import { shellJob } from './commands.ts';
import type { TaskType } from './task.ts';

export const cmd: TaskType = {
  waits: false,
  plan: (metadata, tools) => shellJob('sh', metadata, tools),
};
