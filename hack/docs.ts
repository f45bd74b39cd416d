/** `npm run docs`: writes the parts of the documentation that are made from the code. A test says where one is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilityTable } from './docs/capabilities.ts';
import { trialTable } from './docs/trials.ts';

const PAGE = join(import.meta.dirname, '../docs/traffic.md');
const PARTS = { capabilities: capabilityTable(), trials: trialTable() };

const page = Object.entries(PARTS).reduce(written, readFileSync(PAGE, 'utf8'));
writeFileSync(PAGE, page);

/** @throws where the page has no place for the part */
function written(page: string, [name, part]: readonly [string, string]): string {
  const place = new RegExp(`(<!-- ${name}.*? -->\n\n)[\\s\\S]*?(\n\n<!-- end of ${name} -->)`);
  if (!place.test(page)) throw new Error(`${PAGE} has no place for its ${name}`);
  return page.replace(place, (_, begin: string, end: string) => begin + part + end);
}
