import {
  goQuote,
  validateDns1035Label,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateLabelValue,
  validateQualifiedName,
} from '@opwright/machinery';
import { textFormat } from '../../structural/formats.ts';
import { type CallEstimate, PATTERN_FACTOR, type Sized, scaled, TEXT_FACTOR } from '../cost/estimate.ts';
import { listOf, opaque, optionalOf, STRING } from '../types/type.ts';
import { runtimeSize } from '../values/size.ts';
import { parseUrl } from '../values/url-parts.ts';
import { type CelValue, Extension, Optional } from '../values/value.ts';
import { global, member, type Overload } from './overload.ts';

/** A named format of texts. */
export class Format extends Extension {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly validate: (text: string) => readonly string[];
  /** The length of the pattern that stands for what validating costs. */
  readonly patternSize: number;

  constructor(name: string, patternSize: number, validate: (text: string) => readonly string[]) {
    super();
    this.name = name;
    this.patternSize = patternSize;
    this.validate = validate;
  }

  equals(other: CelValue): boolean {
    return other instanceof Format && other.name === this.name;
  }
}

/** A prefix may end in a dash, which then stands for a letter. */
function prefix(validate: (text: string) => readonly string[]): (text: string) => readonly string[] {
  return (text) => validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function ofSchema(format: string, complaint: string): (text: string) => readonly string[] {
  return (text) => (textFormat(format)?.(text) === false ? [complaint] : []);
}

function uri(text: string): readonly string[] {
  const parts = parseUrl(text);
  return 'error' in parts ? [`parse ${goQuote(text)}: ${parts.error}`] : [];
}

const DATE_TIME_PATTERN = 89;

const formats: ReadonlyMap<string, Format> = new Map([
  ['dns1123Label', new Format('DNS1123Label', 30, validateDns1123Label)],
  ['dns1123Subdomain', new Format('DNS1123Subdomain', 60, validateDns1123Subdomain)],
  ['dns1035Label', new Format('DNS1035Label', 30, validateDns1035Label)],
  ['qualifiedName', new Format('QualifiedName', 60, validateQualifiedName)],
  ['dns1123LabelPrefix', new Format('DNS1123LabelPrefix', 30, prefix(validateDns1123Label))],
  ['dns1123SubdomainPrefix', new Format('DNS1123SubdomainPrefix', 60, prefix(validateDns1123Subdomain))],
  ['dns1035LabelPrefix', new Format('DNS1035LabelPrefix', 30, prefix(validateDns1035Label))],
  ['labelValue', new Format('LabelValue', 40, validateLabelValue)],
  ['uri', new Format('URI', 1103, uri)],
  ['uuid', new Format('uuid', 74, ofSchema('uuid', 'does not match the UUID format'))],
  ['byte', new Format('byte', 84, ofSchema('byte', 'invalid base64'))],
  ['date', new Format('date', DATE_TIME_PATTERN, ofSchema('date', 'invalid date'))],
  ['datetime', new Format('datetime', DATE_TIME_PATTERN, ofSchema('date-time', 'invalid datetime'))],
] as const);

function named(name: string): Optional {
  const format = formats.get(name);
  return format ? new Optional(format) : Optional.none;
}

function validate(format: Format, text: string): Optional {
  const problems = format.validate(text);
  return problems.length > 0 ? new Optional(problems) : Optional.none;
}

const MAX_PATTERN = 128;

const validating = {
  estimate: ([, text]: readonly Sized[]): CallEstimate => ({
    cost: scaled(scaled((text as Sized).size, TEXT_FACTOR), MAX_PATTERN * PATTERN_FACTOR),
  }),
  cost: ([format, text]: readonly CelValue[]) =>
    Math.ceil((1 + runtimeSize(text as CelValue)) * TEXT_FACTOR) *
    Math.ceil((format as Format).patternSize * PATTERN_FACTOR),
};

const FORMAT = opaque('kubernetes.NamedFormat');

/** Kubernetes' named formats. */
export const formatsLibrary: readonly Overload[] = [
  ...[...formats].map(([name, format]) => global(`format.${name}`, `format.${name}`, [], FORMAT, () => format)),
  global('format.named', 'format-named', [STRING], optionalOf(FORMAT), named),
  member('validate', 'format-validate', [FORMAT, STRING], optionalOf(listOf(STRING)), validate, validating),
];
