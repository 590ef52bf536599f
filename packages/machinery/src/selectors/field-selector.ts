import { SelectorError } from './label-selector.ts';

/** One requirement on a field, `metadata.name=x`. Which fields there are is up to the kind. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Requirements that must all hold; none selects everything. */
export type FieldSelector = readonly FieldRequirement[];

/**
 * Reads `status.phase!=Failed,spec.nodeName=a`: the grammar of the `fieldSelector` query parameter. In values a backslash
 * escapes comma, equals sign and backslash.
 *
 * @throws SelectorError with Kubernetes' message
 */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort()) {
    if (term === '') continue;
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (match === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    if (field === '' && value === '') continue;
    requirements.push({ field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) });
  }
  return requirements;
}

/** Whether the fields satisfy every requirement; a field that the object lacks reads as the empty string. */
export function matchFields(selector: FieldSelector, fieldValue: (field: string) => string | undefined): boolean {
  return selector.every(({ field, operator, value }) => ((fieldValue(field) ?? '') === value) === (operator === '='));
}

/** The text that {@link parseFieldSelector} reads back. */
export function formatFieldSelector(selector: FieldSelector): string {
  return selector.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(',');
}

/** A value as it must stand in the text of a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescapeValue(value: string): string {
  return value.replace(/\\([\s\S]|$)|[,=]/gu, (found: string, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${found.codePointAt(0)}`);
    }
    if (escaped !== '\\' && escaped !== ',' && escaped !== '=') {
      throw new SelectorError(`invalid field selector: invalid escape sequence: ${found}`);
    }
    return escaped;
  });
}
