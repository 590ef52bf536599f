/** One health check: undefined = healthy, else the reason why not. */
export type HealthCheck = () => string | undefined;

export interface ProbeAnswer {
  readonly status: 200 | 404 | 500;
  readonly body: string;
}

/**
 * Answers `/healthz` and `/readyz`, and each check by its name below them. The answer to all checks never tells a reason,
 * because anybody may ask; that to one check does. Texts and `verbose` and `exclude` are controller-runtime's.
 *
 * @param minor checks that are answered by their name and listed, but do not fail the whole
 * @param path what follows `/healthz`: empty, or `/name`
 */
export function answerProbe(
  checks: Readonly<Record<string, HealthCheck>>,
  path: string,
  query: URLSearchParams,
  minor: Readonly<Record<string, HealthCheck>> = {},
): ProbeAnswer {
  const name = path.replace(/^\/+|\/+$/g, '');
  if (name !== '') {
    const all = { ...checks, ...minor };
    if (!Object.hasOwn(all, name)) return { status: 404, body: '404 page not found\n' };
    const reason = all[name]!();
    if (reason === undefined) return { status: 200, body: 'ok' };
    return { status: 500, body: `internal server error: ${reason}\n` };
  }
  const excluded = new Set(query.getAll('exclude'));
  let failed = false;
  let body = '';
  for (const check of Object.keys(checks).sort()) {
    if (excluded.delete(check)) body += `[+]${check} excluded: ok\n`;
    else if (checks[check]!() === undefined) body += `[+]${check} ok\n`;
    else {
      failed = true;
      body += `[-]${check} failed: reason withheld\n`;
    }
  }
  for (const check of Object.keys(minor).sort()) {
    body += minor[check]!() === undefined ? `[+]${check} ok\n` : `[-]${check} degraded: reason withheld\n`;
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((unknown) => JSON.stringify(unknown)).join(', ');
    body += `warn: some health checks cannot be excluded: no matches for ${names}\n`;
  }
  if (failed) return { status: 500, body: `${body}healthz check failed\n` };
  return { status: 200, body: query.has('verbose') ? `${body}healthz check passed\n` : 'ok' };
}
