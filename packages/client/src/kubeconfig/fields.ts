/** A kubeconfig, or what it points to, cannot be used. The message names the file, the field and the remedy. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/** Reads the fields of one object of a kubeconfig. Each method answers undefined for an absent, null or empty field. */
export interface Fields {
  /** For messages: `~/.kube/config: users[0].user`. */
  readonly where: string;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  object(name: string): Fields | undefined;
  list(name: string): readonly unknown[];
  texts(name: string): readonly string[];
  /** Each item of a list of objects. */
  items(name: string): readonly Fields[];
  /** The names of all fields. */
  names(): readonly string[];
  /** The field as it is. */
  any(name: string): unknown;
}

/**
 * @param path of the value inside the file, '' for the root
 * @throws KubeconfigError when `value` is not an object; the methods of the result when a field has another type
 */
export function fieldsOf(value: unknown, file: string, path: string): Fields {
  const where = path === '' ? file : `${file}: ${path}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KubeconfigError(`${where} must be an object, is ${describe(value)}`);
  }
  const object = value as Record<string, unknown>;
  const any = (name: string) => (Object.hasOwn(object, name) ? object[name] : undefined);
  const pathOf = (name: string) => (path === '' ? name : `${path}.${name}`);

  function read<T>(name: string, type: string, check: (value: unknown) => value is T): T | undefined {
    const field = any(name);
    if (field === undefined || field === null || field === '') return undefined;
    if (!check(field)) throw new KubeconfigError(`${file}: ${pathOf(name)} must be ${type}, is ${describe(field)}`);
    return field;
  }

  const list = (name: string) => read(name, 'a list', isList) ?? [];
  return {
    where,
    any,
    names: () => Object.keys(object),
    text: (name) => read(name, 'text', isText),
    flag: (name) => read(name, 'true or false', isFlag),
    object: (name) => {
      const field = any(name);
      return field === undefined || field === null ? undefined : fieldsOf(field, file, pathOf(name));
    },
    list,
    texts: (name) =>
      list(name).map((item, index) => {
        if (isText(item)) return item;
        throw new KubeconfigError(`${file}: ${pathOf(name)}[${index}] must be text, is ${describe(item)}`);
      }),
    items: (name) => list(name).map((item, index) => fieldsOf(item, file, `${pathOf(name)}[${index}]`)),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The type only: values may be secrets. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
