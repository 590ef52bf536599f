import { typeOf } from '@opwright/kubernetes/data';
import type { AnyResource, TypeNode } from '@opwright/machinery';
import {
  type AnyCustomResource,
  admissionCompiler,
  admissionTypeOf,
  type ExpressionError,
  typeNodeOf,
} from '@opwright/schema';

/** Checks the expressions of one policy by the type of its objects. */
export interface PolicyCompiler {
  /** @throws Error that names the policy, the part and the place in the expression */
  check(part: string, expression: string, returns: 'bool' | 'string'): void;
  /** The same with one more variable. @throws Error as `check` does */
  with(name: string, expression: string): PolicyCompiler;
}

export function policyCompiler(
  policy: string,
  resource: AnyResource,
  variables: readonly (readonly [name: string, expression: string])[] = [],
): PolicyCompiler {
  const type = typeNodeOfResource(resource);
  const object = type && admissionTypeOf(type);
  const compiler = admissionCompiler({ params: false, variables: true, ...(object && { types: { object } }) });
  const refuse = (part: string, compiled: object | ExpressionError): void => {
    if (!('error' in compiled)) return;
    throw new Error(`policy "${policy}" for ${resource.kind}: ${part} is wrong: ${String(compiled.error)}`);
  };
  for (const [name, expression] of variables) refuse(`variable ${name}`, compiler.define(name, expression));
  return {
    check: (part, expression, returns) =>
      refuse(part, compiler.compile(expression, { returns: [returns], authorizer: returns === 'bool' })),
    with(name, expression) {
      if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name)) {
        refuse(`variable ${name}`, { error: 'its name must be letters, digits and "_", and begin with no digit' });
      }
      return policyCompiler(policy, resource, [...variables, [name, expression]]);
    },
  };
}

function typeNodeOfResource(resource: AnyResource): TypeNode | undefined {
  if ('schema' in resource) return typeNodeOf((resource as AnyCustomResource).schema, { root: true });
  try {
    return typeOf(resource.apiVersion, resource.kind);
  } catch {
    // A bundle without the data of @opwright/kubernetes; the expressions were checked when the manifests were made.
    return undefined;
  }
}
