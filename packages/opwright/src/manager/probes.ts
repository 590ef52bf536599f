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
 * @param path what follows `/healthz`: empty, or `/name`
 */
export function answerProbe(
  checks: Readonly<Record<string, HealthCheck>>,
  path: string,
  query: URLSearchParams,
): ProbeAnswer {
  const name = path.replace(/^\/+|\/+$/g, '');
  if (name !== '') {
    if (!Object.hasOwn(checks, name)) return { status: 404, body: '404 page not found\n' };
    const reason = checks[name]!();
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
  if (excluded.size > 0) {
    const names = [...excluded].map((unknown) => JSON.stringify(unknown)).join(', ');
    body += `warn: some health checks cannot be excluded: no matches for ${names}\n`;
  }
  if (failed) return { status: 500, body: `${body}healthz check failed\n` };
  return { status: 200, body: query.has('verbose') ? `${body}healthz check passed\n` : 'ok' };
}
