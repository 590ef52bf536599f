import { describe, expect, test } from 'vitest';
import { compareText } from '../text/compare-text.ts';
import {
  comparePathKeys,
  fieldKey,
  indexKey,
  listItemKey,
  parsePathKey,
  pathKey,
  printPath,
  setItemKey,
} from './path-element.ts';

describe('path elements', () => {
  test('print as in conflicts', () => {
    const path = [fieldKey('spec'), fieldKey('containers'), listItemKey([['name', 'a']]), fieldKey('image')];
    expect(printPath(path)).toBe('.spec.containers[name="a"].image');
    expect(
      printPath([
        listItemKey([
          ['containerPort', 80],
          ['protocol', 'TCP'],
        ]),
      ]),
    ).toBe('[containerPort=80,protocol="TCP"]');
    expect(printPath([setItemKey('v'), setItemKey(true), setItemKey(1.5), indexKey(3)])).toBe('[="v"][=true][=1.5][3]');
  });

  test('are written as Go writes them', () => {
    expect(setItemKey('a<b>&\u2028"\b\\b')).toBe('v:"a\\u003cb\\u003e\\u0026\\u2028\\"\\u0008\\\\b"');
    expect(fieldKey('a<b')).toBe('f:a<b');
  });

  test('are read and written again unchanged', () => {
    for (const key of ['f:a.b/c', 'f:', 'k:{"a":1,"b":"x"}', 'v:"x"', 'v:null', 'v:[1]', 'i:3']) {
      expect(pathKey(parsePathKey(key)!)).toBe(key);
    }
  });

  test('order by type, then fields by text, keys and values by value, positions by number', () => {
    const keys = [
      'i:10',
      'i:9',
      'v:"b"',
      'v:2',
      'v:10',
      'v:true',
      'k:{"p":443}',
      'k:{"p":80}',
      'k:{"a":"z"}',
      'f:b',
      'f:B',
    ];
    expect(keys.sort(comparePathKeys)).toEqual([
      'f:B',
      'f:b',
      'k:{"a":"z"}',
      'k:{"p":80}',
      'k:{"p":443}',
      'v:2',
      'v:10',
      'v:"b"',
      'v:true',
      'i:9',
      'i:10',
    ]);
  });
});

test('texts order by their bytes, characters beyond the basic plane last', () => {
  expect(['\u{1f600}', '\uffee', 'a', 'ab', ''].sort(compareText)).toEqual(['', 'a', 'ab', '\uffee', '\u{1f600}']);
});
