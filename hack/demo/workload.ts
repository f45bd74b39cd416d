/** The container of the demo: an imitation of podinfo, one process per pod. */
import { servePodinfo } from './podinfo.ts';

const podinfo = servePodinfo(process.argv.slice(2), { env: process.env });

process.on('SIGTERM', () => void podinfo.stop().then(() => process.exit(0)));
// A terminal sends SIGINT to everybody; the stage decides who ends when.
process.on('SIGINT', () => undefined);
// The stage holds the other end of this pipe: when it is gone, so is the reason to run.
process.stdin.on('close', () => process.exit(0)).on('error', () => process.exit(0));
process.stdin.resume();

const complaint = await podinfo.listening;
if (complaint !== undefined) {
  console.error(complaint);
  process.exit(1);
}
