/** `npm run docs`: writes the parts of the documentation that are made from the code. A test says where one is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilityTable } from './docs/capabilities.ts';

const PAGE = join(import.meta.dirname, '../docs/traffic.md');
const PART = /(<!-- capabilities.*? -->\n\n)[\s\S]*?(\n\n<!-- end of capabilities -->)/;

const page = readFileSync(PAGE, 'utf8');
if (!PART.test(page)) throw new Error(`${PAGE} has no place for the table of capabilities`);
writeFileSync(
  PAGE,
  page.replace(PART, (_, begin: string, end: string) => begin + capabilityTable() + end),
);
