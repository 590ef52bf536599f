import type { ManagerDump } from './dump.ts';
import type { HttpAnswer, HttpHandler } from './http.ts';
import { isLeveled, LOG_LEVELS, type Logger, type LogLevel } from './logger.ts';

/**
 * What a person asks of a process that misbehaves: `GET /debug/dump` tells what it is doing, `GET /debug/log-level` how much
 * it says, and `PUT` there changes it, with `debug`, `info`, `warn` or `error` as the body.
 */
export function debugHandler(dump: () => ManagerDump, logger: Logger): HttpHandler {
  function logLevel(method: string, body: string | undefined): HttpAnswer {
    if (!isLeveled(logger)) return { status: 501, body: 'the level of this logger cannot be changed\n' };
    if (method === 'PUT') {
      const level = body?.trim() as LogLevel;
      if (!LOG_LEVELS.includes(level))
        return { status: 400, body: `unknown log level: use ${LOG_LEVELS.join(', ')}\n` };
      logger.level = level;
    }
    return { status: 200, body: `${logger.level}\n` };
  }

  return ({ method, path, body }) => {
    if (path === '/debug/log-level') return logLevel(method, body);
    if (path !== '/debug/dump') return { status: 404, body: '404 page not found\n' };
    if (method === 'PUT') return { status: 405, body: '405 method not allowed\n' };
    return { status: 200, body: `${JSON.stringify(dump(), undefined, 2)}\n`, contentType: 'application/json' };
  };
}
