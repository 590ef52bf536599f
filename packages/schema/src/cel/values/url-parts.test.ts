import { describe, expect, test } from 'vitest';
import { escapedPath, hostName, parseUrl, port, queryValues } from './url-parts.ts';

describe('a URL', () => {
  test.each([
    ['https://example.com:80/path?k=v', { scheme: 'https', host: 'example.com:80', path: '/path', query: 'k=v' }],
    ['https://user:secret@[::1]:443', { scheme: 'https', host: '[::1]:443', path: '', query: '' }],
    ['HTTP://a/b?c?d', { scheme: 'http', host: 'a', path: '/b', query: 'c?d' }],
    ['mailto:a@b?c', { scheme: 'mailto', host: '', path: '', query: 'c' }],
    ['https://a/b?c#d?e', { scheme: 'https', host: 'a', path: '/b', query: 'c' }],
    ['/path/%20x', { scheme: '', host: '', path: '/path/%20x', query: '' }],
  ])('%s has parts', (text, parts) => {
    expect(parseUrl(text)).toEqual(parts);
  });

  test.each([
    ['', 'empty url'],
    ['../a', 'invalid URI for request'],
    ['https://a:b/', 'invalid port ":b" after host'],
    ['https://a b/', 'invalid character " " in host name'],
    ['https://[::1/', "missing ']' in host"],
    ['/a%zz', 'invalid URL escape "%zz"'],
    ['https://a/\u0007', 'net/url: invalid control character in URL'],
  ])('%j is none: %s', (text, error) => {
    expect(parseUrl(text)).toEqual({ error });
  });

  test('has a host name, a port, an escaped path and the values of its query', () => {
    expect([hostName('[::1]:80'), hostName('a:80'), hostName('a')]).toEqual(['::1', 'a', 'a']);
    expect([port('[::1]:80'), port('[::1]'), port('a:80'), port('a')]).toEqual(['80', '', '80', '']);
    expect(escapedPath('/a b/%20/\u00e9')).toBe('/a%20b/%20/%C3%A9');
    expect([...queryValues('a=1&b=x+y&a=%C3%A9&c')]).toEqual([
      ['a', ['1', '\u00e9']],
      ['b', ['x y']],
      ['c', ['']],
    ]);
  });
});
