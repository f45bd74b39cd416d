/**
 * Microsoft Teams, in both of its generations: MessageCards for the connectors of Office 365, Adaptive Cards for the
 * workflows of Power Automate that take their place. The address says which it is.
 */
import type { Severity } from '../api/model.ts';
import { err, ok } from '../shared/result.ts';
import { addressFault, posted, withoutLinks } from './letter.ts';
import type { Alert, Notifier, Unheard } from './notifier.ts';

export const msteams: Notifier = {
  literal: withoutLinks,
  compose: (alert, destination) => {
    const fault = addressFault(destination);
    if (fault !== undefined) return err(`msteams: ${fault}`);
    const card = isWorkflow(destination.address) ? adaptiveCard(alert) : messageCard(alert);
    return ok({ request: posted(card, destination), unheard });
  },
};

const WORKFLOW_HOST = /\.(logic\.azure|powerplatform|powerautomate)\.(com|us|cn)$/iu;
const WORKFLOW_PATH = /\/workflows\/[^/]+\/triggers\//iu;

/** By the host, or by the path, which a relay of one's own may keep. */
function isWorkflow(address: string): boolean {
  const { hostname, pathname } = new URL(address);
  return WORKFLOW_HOST.test(hostname) || WORKFLOW_PATH.test(pathname);
}

function messageCard({ severity, author, message, fields }: Alert): unknown {
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: severity === 'error' ? 'FF0000' : '0076D7',
    summary: author,
    sections: [{ activityTitle: message, activitySubtitle: author, facts: fields }],
  };
}

const COLOURS: Readonly<Record<Severity, string>> = { info: 'good', warn: 'warning', error: 'attention' };

function adaptiveCard({ severity, author, message, fields }: Alert): unknown {
  const facts = fields.map(({ name, value }) => ({ title: name, value }));
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          msteams: { width: 'Full' },
          body: [
            { type: 'TextBlock', text: message, weight: 'Bolder', color: COLOURS[severity], wrap: true },
            { type: 'TextBlock', text: author, isSubtle: true, spacing: 'None', wrap: true },
            ...(facts.length === 0 ? [] : [{ type: 'FactSet', facts }]),
          ],
        },
      },
    ],
  };
}

/** A connector answers with status 200 whatever became of the message, and tells of the trouble in its text. */
function unheard(body: string): Unheard | undefined {
  if (!/delivery failed with error/iu.test(body)) return undefined;
  const status = /\bHTTP error (\d{3})\b/iu.exec(body)?.[1];
  if (status === undefined) return { detail: 'the connector did not reach Teams', passing: true };
  return {
    detail: `the connector says that Teams answered with status ${status}`,
    passing: status === '429' || status.startsWith('5'),
  };
}
