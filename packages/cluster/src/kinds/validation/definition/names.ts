import {
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateDns1035Label,
} from '@opwright/machinery';
import { text, texts } from '../../tree.ts';

/** What is wrong with the names that a definition asks for. */
export function namesErrors(names: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const keys = ['plural', 'singular', 'kind', 'listKind'];
  for (const key of keys) if (text(names, key) === '') errors.push(requiredValue(`spec.names.${key}`));
  for (const key of keys) {
    const name = text(names, key);
    if (name === '') continue;
    const isKind = key === 'kind' || key === 'listKind';
    const wrong = validateDns1035Label(isKind ? name.toLowerCase() : name).join(',');
    const what = isKind ? 'may have mixed case, but should otherwise match: ' : '';
    if (wrong !== '') errors.push(invalidValue(`spec.names.${key}`, name, `${what}${wrong}`));
  }
  for (const key of ['shortNames', 'categories']) {
    for (const [index, name] of texts(names, key).entries()) {
      for (const why of validateDns1035Label(name)) errors.push(invalidValue(`spec.names.${key}[${index}]`, name, why));
    }
  }
  if (text(names, 'kind') !== '' && text(names, 'kind') === text(names, 'listKind')) {
    errors.push(invalidValue('spec.names.listKind', text(names, 'listKind'), 'kind and listKind may not be the same'));
  }
  return errors;
}
