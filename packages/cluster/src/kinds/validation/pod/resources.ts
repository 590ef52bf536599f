import {
  compareQuantities,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  parseQuantity,
  QuantityError,
  quantityAsInteger,
  requiredValue,
} from '@opwright/machinery';
import { at, field, textEntries } from '../../tree.ts';
import { amountErrors, canBeOvercommitted, containerResourceNameErrors, isHugePages } from '../resource-names.ts';

/** What is requested must fit into what is allowed; what cannot be shared must be just that. */
export function resourceErrors(resources: JsonObject | undefined, path: string): FieldError[] {
  const [limits, requests] = [at(resources, 'limits'), at(resources, 'requests')];
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  const errors = [
    ...textEntries(limits).flatMap(([name, amount]) => entryErrors(name, amount, `${path}.limits[${name}]`)),
    ...textEntries(requests).flatMap(([name, amount]) => [
      ...entryErrors(name, amount, `${path}.requests[${name}]`),
      ...requestErrors(name, amount, field(limits, name), path),
    ]),
  ];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbiddenValue(path, 'HugePages require cpu or memory'));
  }
  return errors;
}

function entryErrors(name: string, amount: string, path: string): FieldError[] {
  const errors = [...containerResourceNameErrors(name, path), ...amountErrors(name, amount, path)];
  if (isHugePages(name) && !isWholePages(name, amount)) {
    errors.push(invalidValue(path, amount, `${amount} is not positive integer multiple of ${name}`));
  }
  return errors;
}

function isWholePages(name: string, amount: string): boolean {
  try {
    const page = parseQuantity(name.slice('hugepages-'.length));
    const isWhole = page.nanos > 0n && page.nanos % 1_000_000_000n === 0n;
    return isWhole && quantityAsInteger(amount) % quantityAsInteger(page) === 0n;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

function requestErrors(name: string, request: string, limit: unknown, path: string): FieldError[] {
  const isExact = !canBeOvercommitted(name);
  if (limit === undefined) {
    return isExact ? [requiredValue(`${path}.limits`, 'Limit must be set for non overcommitable resources')] : [];
  }
  const order = compareQuantities(request, String(limit));
  if (isExact ? order === 0 : order <= 0) return [];
  const detail = `must be ${isExact ? '' : 'less than or '}equal to ${name} limit of ${String(limit)}`;
  return [invalidValue(`${path}.requests`, request, detail)];
}
