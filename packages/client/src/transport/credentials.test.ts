import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@opwright/machinery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { basicAuthorization, impersonationHeaders, tokenFileCredentials } from './credentials.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opwright-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('a token file is read again after a minute, not before', async () => {
  const file = join(folder, 'aging');
  const clock = new VirtualClock();
  await writeFile(file, 'one\n');
  const source = tokenFileCredentials(file, clock, { headers: {} });
  const first = await source.get();
  expect(first).toEqual(bearer('one'));
  await writeFile(file, 'two\n');
  await clock.advance(59_000);
  expect(await source.get()).toBe(first);
  await clock.advance(1_000);
  expect(await source.get()).toEqual(bearer('two'));
});

test('a refused token is read again at once; the same object means there is no other', async () => {
  const file = join(folder, 'refused');
  await writeFile(file, 'one');
  const source = tokenFileCredentials(file, new VirtualClock(), { headers: {} });
  const first = await source.get();
  expect(await source.renew(first)).toBe(first);
  await writeFile(file, 'two');
  const second = await source.renew(first);
  expect(second).toEqual(bearer('two'));
  expect(await source.renew(first)).toBe(second);
});

test('while the file is away the last token stays in use', async () => {
  const file = join(folder, 'away');
  const clock = new VirtualClock();
  await writeFile(file, 'one');
  const source = tokenFileCredentials(file, clock, { headers: {} });
  const first = await source.get();
  await rm(file);
  await clock.advance(120_000);
  expect(await source.get()).toBe(first);
});

test('without a file there is the first token, or an error that names the file', async () => {
  const file = join(folder, 'missing');
  const lacking = tokenFileCredentials(file, new VirtualClock(), { headers: {} });
  await expect(lacking.get()).rejects.toThrow(`cannot read the bearer token from ${file}`);
  const source = tokenFileCredentials(file, new VirtualClock(), { headers: {} }, 'given');
  expect(await source.get()).toEqual(bearer('given'));
});

test('basic authorization encodes as UTF-8', () => {
  expect(basicAuthorization('jane', 'grüße')).toBe(`Basic ${Buffer.from('jane:grüße').toString('base64')}`);
});

test('keys of extra are lower-cased and percent-encoded', () => {
  expect(impersonationHeaders({ user: 'jane', extra: { 'A/b(c)': ['x'] } })).toEqual({
    'impersonate-user': 'jane',
    'impersonate-extra-a%2Fb%28c%29': ['x'],
  });
});
