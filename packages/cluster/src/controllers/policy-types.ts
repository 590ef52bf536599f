import { type JsonObject, splitApiVersion } from '@opwright/machinery';
import { type AdmissionCompiler, admissionCompiler, celTypeOfNode } from '@opwright/schema';
import type { ServedKind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import { at, items, text, texts } from '../kinds/tree.ts';

/** A doubt about an expression of a policy, as its status holds it. */
export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

/** Of one policy. */
const MAX_KINDS = 10;

/**
 * What does not fit in the expressions of a ValidatingAdmissionPolicy, were objects what the policy's rules name: fields that
 * these kinds do not have, and the like. The policy works all the same.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking
 */
export function policyTypeWarnings(policy: JsonObject, registry: Registry): readonly ExpressionWarning[] {
  const spec = at(policy, 'spec');
  const compilers = ruledKinds(spec, registry).map((kind) => ({ kind, compiler: compilerFor(spec, kind, registry) }));
  const warningOf = (expression: string): string =>
    compilers
      .flatMap(({ kind: { group, version, kind }, compiler }) => {
        const compiled = compiler.compile(expression, { returns: ['any'] });
        if (!('error' in compiled)) return [];
        return [`${group}/${version}, Kind=${kind}: ${compiled.error.replace(/^compilation failed: /, '')}\n`];
      })
      .join('\n');
  return items(spec, 'validations').flatMap((validation, index) =>
    ['expression', 'messageExpression'].flatMap((key) => {
      const expression = text(validation, key);
      const warning = expression === '' ? '' : warningOf(expression);
      return warning === '' ? [] : [{ fieldRef: `spec.validations[${index}].${key}`, warning }];
    }),
  );
}

function compilerFor(spec: JsonObject | undefined, kind: ServedKind, registry: Registry): AdmissionCompiler {
  const param = at(spec, 'paramKind');
  const [group, version] = splitApiVersion(text(param, 'apiVersion'));
  const params = param === undefined ? undefined : registry.findKind(group, version, text(param, 'kind'));
  const compiler = admissionCompiler({
    params: params !== undefined,
    variables: true,
    types: {
      object: celTypeOfNode(kind.type),
      ...(params === undefined ? {} : { params: celTypeOfNode(params.type) }),
    },
  });
  for (const variable of items(spec, 'variables'))
    compiler.define(text(variable, 'name'), text(variable, 'expression'));
  return compiler;
}

/** The kinds that rules name, sorted; rules for everything name none. */
function ruledKinds(spec: JsonObject | undefined, registry: Registry): readonly ServedKind[] {
  const found = new Set<ServedKind>();
  for (const rule of items(at(spec, 'matchConstraints'), 'resourceRules')) {
    const [groups, versions] = [texts(rule, 'apiGroups'), texts(rule, 'apiVersions')];
    if ([...groups, ...versions].some((name) => name.includes('*'))) continue;
    const resources = texts(rule, 'resources').filter((name) => !/[*/]/.test(name));
    for (const group of groups) {
      for (const version of versions) {
        for (const resource of resources) {
          const kind = registry.find(group, version, resource);
          if (kind !== undefined) found.add(kind);
        }
      }
    }
  }
  return [...found].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, MAX_KINDS);
}

function nameOf({ group, version, kind }: ServedKind): string {
  return [group, version, kind].join('\0');
}
