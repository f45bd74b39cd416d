/** A command in `bash` whose end the webhook waits for: an acceptance test, also one written for `bats`. */
import { shellJob } from './commands.ts';
import type { TaskType } from './task.ts';

export const bash: TaskType = {
  waits: true,
  plan: (metadata, tools) => shellJob('bash', metadata, tools),
};
