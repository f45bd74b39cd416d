/** Which proxy a request goes through: the flag's, or the environment's as other tools read it. */

export type ProxyFor = (host: string) => string | undefined;

/** `http_proxy` without the hosts of `no_proxy`; a proxy given by flag is for every host. */
export function proxyFrom(flag: string, env: Readonly<Record<string, string | undefined>>): ProxyFor {
  if (flag !== '') return () => flag;
  const proxy = env['http_proxy'] ?? env['HTTP_PROXY'] ?? '';
  if (!URL.canParse(proxy)) return () => undefined;
  const exempt = (env['no_proxy'] ?? env['NO_PROXY'] ?? '')
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^\*?\./, '')
        .toLowerCase(),
    )
    .filter((name) => name !== '');
  return (host) => (exempt.some((name) => covers(name, host.toLowerCase())) ? undefined : proxy);
}

function covers(name: string, host: string): boolean {
  return name === '*' || host === name || host.endsWith(`.${name}`);
}
