/** A `kubectl` that the webhook waits for. */
import { programJob } from './commands.ts';
import type { TaskType } from './task.ts';

export const kubectl: TaskType = {
  waits: true,
  plan: (metadata, tools) => programJob('kubectl', metadata, tools),
};
