import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { priorityLevels } from '../bootstrap/flow-control.ts';
import { at, field, int, text } from '../tree.ts';
import { inRange } from './checks.ts';
import { fixedSpec, flowStatusErrors, mandatorySpecs } from './flow-control.ts';

const MANDATORY = mandatorySpecs(priorityLevels);

const ZERO_SHARES = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

export function validatePriorityLevel(level: JsonObject): FieldError[] {
  const spec = at(level, 'spec');
  const name = text(at(level, 'metadata'), 'name');
  const isMarked = field(at(level, 'metadata', 'annotations'), ZERO_SHARES) !== undefined;
  const why = "type must be 'Exempt' if and only if name is 'exempt'";
  const isExempt = text(spec, 'type') === 'Exempt';
  return [
    ...(isMarked ? [forbiddenValue('metadata.annotations', `annotation '${ZERO_SHARES}' is forbidden`)] : []),
    ...((name === 'exempt') === isExempt ? [] : [invalidValue('spec.type', text(spec, 'type'), why)]),
    ...levelErrors(spec),
    ...fixedLevelErrors(spec, name),
    ...flowStatusErrors(level),
  ];
}

function levelErrors(spec: JsonObject | undefined): FieldError[] {
  const [type, limited, exempt] = [text(spec, 'type'), at(spec, 'limited'), at(spec, 'exempt')];
  if (type === 'Exempt') {
    const forbidden = forbiddenValue('spec.limited', 'must be nil if the type is not Limited');
    return [
      ...(limited === undefined ? [] : [forbidden]),
      ...sharesErrors(exempt, 'spec.exempt'),
      ...inRange(exempt, 'lendablePercent', 'spec.exempt', 0, 100),
    ];
  }
  if (type !== 'Limited') return [unsupportedValue('spec.type', type, ['Exempt', 'Limited'])];
  return [
    ...(exempt === undefined ? [] : [forbiddenValue('spec.exempt', 'must be nil if the type is Limited')]),
    ...(limited === undefined
      ? [requiredValue('spec.limited', 'must not be empty when type is Limited')]
      : limitedErrors(limited)),
  ];
}

function sharesErrors(settings: JsonObject | undefined, path: string): FieldError[] {
  const shares = int(settings, 'nominalConcurrencyShares');
  return shares < 0 ? [invalidValue(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')] : [];
}

function limitedErrors(limited: JsonObject): FieldError[] {
  const path = 'spec.limited';
  const borrowed = int(limited, 'borrowingLimitPercent');
  const why = 'if specified, must be a non-negative integer';
  return [
    ...sharesErrors(limited, path),
    ...responseErrors(at(limited, 'limitResponse'), `${path}.limitResponse`),
    ...inRange(limited, 'lendablePercent', path, 0, 100),
    ...(borrowed < 0 ? [invalidValue(`${path}.borrowingLimitPercent`, borrowed, why)] : []),
  ];
}

function responseErrors(response: JsonObject | undefined, path: string): FieldError[] {
  const [type, queuing, here] = [text(response, 'type'), at(response, 'queuing'), `${path}.queuing`];
  if (type === 'Reject') {
    const why = 'must be nil if limited.limitResponse.type is not Limited';
    return queuing === undefined ? [] : [forbiddenValue(here, why)];
  }
  if (type !== 'Queue') return [unsupportedValue(`${path}.type`, type, ['Queue', 'Reject'])];
  if (queuing === undefined) return [requiredValue(here, 'must not be empty if limited.limitResponse.type is Limited')];
  return queuingErrors(queuing, here);
}

const MOST_QUEUES = 10_000_000;
/** Bits of a hash by which requests are dealt to queues. */
const HASH_BITS = 60;

function queuingErrors(queuing: JsonObject, path: string): FieldError[] {
  const [length, queues, hand] = ['queueLengthLimit', 'queues', 'handSize'].map((key) => int(queuing, key)) as [
    number,
    number,
    number,
  ];
  const wrong = (key: string, value: number, why: string) => [invalidValue(`${path}.${key}`, value, why)];
  const errors = length <= 0 ? wrong('queueLengthLimit', length, 'must be positive') : [];
  if (queues <= 0) errors.push(...wrong('queues', queues, 'must be positive'));
  else if (queues > MOST_QUEUES) errors.push(...wrong('queues', queues, `must not be greater than ${MOST_QUEUES}`));
  const entropy = Math.ceil(Math.log2(queues) * hand);
  if (hand <= 0) errors.push(...wrong('handSize', hand, 'must be positive'));
  else if (hand > queues) errors.push(...wrong('handSize', hand, `should not be greater than queues (${queues})`));
  else if (entropy > HASH_BITS) {
    const needed = `required entropy bits of deckSize ${queues} and handSize ${hand}`;
    errors.push(...wrong('handSize', hand, `${needed} should not be greater than ${HASH_BITS}`));
  }
  return errors;
}

function fixedLevelErrors(spec: JsonObject | undefined, name: string): FieldError[] {
  const wanted = MANDATORY.get(name);
  if (wanted === undefined) return [];
  // Of the one level that limits nothing its own settings may change.
  const isExempt = name === 'exempt';
  const { exempt: _, ...rest } = spec ?? {};
  const { exempt: _other, ...fixed } = wanted;
  if (isExempt ? deepEqual(rest, fixed) : deepEqual(spec, wanted)) return [];
  const which = `spec of '${name}'`;
  return [fixedSpec('PriorityLevelConfigurationSpec', isExempt ? `${which} except the 'spec.exempt' field` : which)];
}
