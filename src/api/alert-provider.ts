/** An AlertProvider as its author wrote it. Which types can be sent to is the notifiers' business. */
import { z } from 'zod';

import { alertTemplateFault } from './alert-template.ts';
import type { AlertProvider, Finding } from './model.ts';
import type { KubeObject } from './objects.ts';
import { Report } from './report.ts';
import { salvage } from './salvage.ts';
import { record, text } from './schema-parts.ts';

const TYPES = ['slack', 'msteams', 'discord', 'rocket', 'gchat'] as const;

export const alertProviderSchema = record({
  spec: record({
    type: z.enum(TYPES, { error: `one of ${TYPES.join(', ')}` }),
    channel: text.optional(),
    username: text.optional(),
    address: text.optional(),
    proxy: text.optional(),
    template: text.optional(),
    secretRef: record({ name: text }).optional(),
  }),
});

export interface ParsedAlertProvider {
  /** Undefined where there is no saying whom to tell. */
  readonly provider: AlertProvider | undefined;
  readonly findings: readonly Finding[];
}

/** Never throws for what a person can write. */
export function parseAlertProvider(object: KubeObject): ParsedAlertProvider {
  const report = new Report();
  const { data, findings } = salvage(alertProviderSchema, object);
  report.add(findings);
  if (data === undefined) return { provider: undefined, findings: report.findings };
  const { type, channel = '', username = '', address = '', proxy = '', template = '', secretRef } = data.spec;
  checkAddress(address, secretRef?.name, report);
  checkTemplate(template, report);
  const provider: AlertProvider = {
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
    type,
    channel,
    username,
    address,
    proxy,
    template,
    secretRef: secretRef?.name || undefined,
  };
  return { provider, findings: report.findings };
}

function checkTemplate(template: string, report: Report): void {
  const fault = template === '' ? undefined : alertTemplateFault(template);
  if (fault !== undefined)
    report.error('spec.template', `cannot be filled in, so alerts keep their own words: ${fault}`);
}

function checkAddress(address: string, secret: string | undefined, report: Report): void {
  if (address === '' && (secret === undefined || secret === '')) {
    report.error(
      'spec.address',
      'is missing, expected the URL to send to, or a secretRef to a Secret with the key address',
    );
  }
  if (address === '') return;
  if (!URL.canParse(address))
    report.error('spec.address', 'is no URL, expected one such as https://hooks.example.com/…');
  else if (secret === undefined) {
    report.warning(
      'spec.address',
      'stands in clear text, and whoever knows it can post there; keep it in a Secret and use secretRef',
    );
  }
}
