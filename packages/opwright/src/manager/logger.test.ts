import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { callbackLogger, jsonLogger, type LogLine } from './logger.ts';

test('lines are JSON with level, time and message, and the fields of the logger and of the call', () => {
  const lines: string[] = [];
  const logger = jsonLogger({ clock: new VirtualClock(), write: (line) => lines.push(line) });
  logger.child({ controller: 'foo' }).info('Starting workers', { 'worker count': 1 });
  logger.debug('not at this level');
  expect(lines).toEqual([
    '{"level":"info","ts":"2026-01-01T00:00:00.000Z","controller":"foo","worker count":1,"msg":"Starting workers"}\n',
  ]);
});

test('an error becomes its message and its stack', () => {
  const lines: string[] = [];
  const logger = jsonLogger({ clock: new VirtualClock(), level: 'debug', write: (line) => lines.push(line) });
  logger.error('Reconciler error', { error: new Error('boom') });
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    msg: 'Reconciler error',
    error: 'boom',
    stacktrace: expect.stringContaining('logger.test.ts'),
  });
});

test('a callback gets the lines with inherited fields', () => {
  const lines: LogLine[] = [];
  callbackLogger((line) => lines.push(line))
    .child({ a: 1 })
    .child({ b: 2 })
    .warn('careful', { c: 3 });
  expect(lines).toEqual([{ level: 'warn', message: 'careful', fields: { a: 1, b: 2, c: 3 } }]);
});

test('the level of a JSON logger changes while it is in use, for its children too', () => {
  const lines: string[] = [];
  const logger = jsonLogger({ clock: new VirtualClock(), write: (line) => lines.push(JSON.parse(line).msg) });
  const child = logger.child({ controller: 'foo' });
  child.debug('one');
  logger.level = 'debug';
  child.debug('two');
  logger.level = 'error';
  child.info('three');
  expect(lines).toEqual(['two']);
  expect(logger.level).toBe('error');
  expect(() => {
    logger.level = 'loud' as 'error';
  }).toThrow('unknown log level "loud": use debug, info, warn, error');
});
