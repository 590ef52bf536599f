import { RE2JS } from 're2js';
import { compilePattern } from './pattern.ts';

/** A pattern of RE2, ready to search. */
export interface Regex {
  test(text: string): boolean;
  /** The first match. */
  find(text: string): string | undefined;
  /** The matches from left to right, without overlaps. */
  findAll(text: string, limit: number): string[];
}

const compiled = new Map<string, Regex | { readonly error: string }>();
const CACHE_LIMIT = 1024;

/**
 * A pattern as the fastest engine that is safe for it: the platform's RegExp where it cannot backtrack for long, otherwise
 * an automaton in linear time as RE2 has it. The error is Go's.
 */
export function compileRegex(pattern: string): Regex | { readonly error: string } {
  let regex = compiled.get(pattern);
  if (!regex) {
    regex = engineFor(pattern);
    if (compiled.size >= CACHE_LIMIT) compiled.clear();
    compiled.set(pattern, regex);
  }
  return regex;
}

function engineFor(pattern: string): Regex | { readonly error: string } {
  const native = compilePattern(pattern);
  if ('regExp' in native && runsInLinearTime(pattern)) return nativeRegex(native.regExp);
  try {
    return automaton(RE2JS.compile(pattern));
  } catch (error) {
    // The automaton's complaints are Go's.
    const message = error instanceof Error ? error.message : '';
    if (message.startsWith('error parsing regexp: ')) return { error: message };
    return 'error' in native ? native : { error: `error parsing regexp: ${message}` };
  }
}

/**
 * Whether backtracking is harmless: the pattern is anchored at its start, and at most one part of it repeats without a small
 * bound, a part that does not repeat or branch inside.
 */
export function runsInLinearTime(pattern: string): boolean {
  const bare = pattern.replace(/\\Q[\s\S]*?\\E|\\[\s\S]/g, 'x').replace(/\[\^?\]?(?:\[:\^?\w+:\]|[^\]])*\]/g, 'x');
  const repeats = bare.match(/[*+]|\{\d+,\d*\}/g) ?? [];
  if (repeats.length === 0) return !/\{\d{3,}\}/.test(bare);
  if (!/^(?:\(\?[ims]+\))?\^/.test(bare) || hasBranchAtTop(bare)) return false;
  return repeats.length === 1 && !/\)(?:[*+]|\{)/.test(bare);
}

function hasBranchAtTop(bare: string): boolean {
  let depth = 0;
  for (const char of bare) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}

function nativeRegex(regExp: RegExp): Regex {
  const everywhere = new RegExp(regExp.source, `${regExp.flags}g`);
  return {
    test: (text) => regExp.test(text),
    find: (text) => regExp.exec(text)?.[0],
    findAll: (text, limit) => {
      const found: string[] = [];
      for (const match of text.matchAll(everywhere)) {
        if (found.length >= limit) break;
        found.push(match[0]);
      }
      return found;
    },
  };
}

function automaton(regex: RE2JS): Regex {
  return {
    test: (text) => regex.test(text),
    find: (text) => {
      const matcher = regex.matcher(text);
      return matcher.find() ? (matcher.group() ?? undefined) : undefined;
    },
    findAll: (text, limit) => {
      const found: string[] = [];
      const matcher = regex.matcher(text);
      while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
      return found;
    },
  };
}
