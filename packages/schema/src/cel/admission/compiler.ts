import { environment, functionTable } from '../check/environment.ts';
import { literalProblems, patternProblem } from '../check/literals.ts';
import { kubernetesLibraries } from '../functions/kubernetes.ts';
import { compileCel, type Program } from '../program.ts';
import { formatErrors } from '../syntax/source-error.ts';
import { type CelType, DYN, type ObjectType } from '../types/type.ts';
import { AUTHORIZER_TYPE, authorizerLibrary, RESOURCE_CHECK_TYPE } from './authorizer.ts';
import { jsonPatchLibrary, patchStruct } from './patch-types.ts';
import { NAMESPACE_TYPE, objectType, outputTypeName, REQUEST_TYPE } from './types.ts';

const functions = functionTable([...kubernetesLibraries, authorizerLibrary]);
const patchFunctions = functionTable([...kubernetesLibraries, authorizerLibrary, jsonPatchLibrary]);

/** What an expression may yield; `any` is everything. */
export type Returns = readonly ('bool' | 'string' | 'null' | 'any' | 'Object' | 'list(JSONPatch)')[];

/** An expression that compiled. */
export interface AdmissionExpression {
  readonly source: string;
  readonly program: Program;
  /** The variables that its evaluation takes, in their order. */
  readonly inputs: readonly AdmissionVariable[];
}

/** Why an expression did not compile, in the API server's words. */
export interface ExpressionError {
  readonly error: string;
  /** The compiler failed, not the expression. */
  readonly internal?: true;
}

export type AdmissionVariable = (typeof VARIABLES)[number];

const VARIABLES = [
  'object',
  'oldObject',
  'namespaceObject',
  'request',
  'params',
  'authorizer',
  'authorizer.requestResource',
  'variables',
] as const;

/** Those that are read by their types. The request and the namespace are typed, but times in them stay texts. */
const JSON_VARIABLES: ReadonlySet<string> = new Set(['object', 'oldObject', 'params']);

export interface CompileOptions {
  readonly returns: Returns;
  /** Whether `authorizer` may be used; default: yes. */
  readonly authorizer?: boolean;
  /** Whether `params` may be used; default: what the compiler was made with. */
  readonly params?: boolean;
  /** Whether the expression can make objects and patches: `Object{…}`, `JSONPatch{…}`; default: no. */
  readonly patches?: boolean;
}

/** Compiles the expressions of one policy or webhook. */
export interface AdmissionCompiler {
  /** The variables that are defined so far; those that do not compile with their error. */
  readonly variables: ReadonlyMap<string, AdmissionExpression | ExpressionError>;
  compile(source: string, options: CompileOptions): AdmissionExpression | ExpressionError;
  /** Compiles `variables.<name>`, which later expressions can use. */
  define(name: string, source: string): AdmissionExpression | ExpressionError;
}

export interface CompilerOptions {
  /** Whether there are `params`. */
  readonly params: boolean;
  /** Whether there are `variables`. */
  readonly variables: boolean;
  /** The types of what is otherwise dynamic. */
  readonly types?: { readonly object?: CelType; readonly params?: CelType };
}

/**
 * A compiler for expressions that see `object`, `oldObject`, `request`, `namespaceObject`, `authorizer`, and where there are
 * any `params` and `variables`.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function admissionCompiler({ params, variables: composes, types = {} }: CompilerOptions): AdmissionCompiler {
  const variables = new Map<string, AdmissionExpression | ExpressionError>();
  const fields: Record<string, CelType> = Object.create(null);
  const typeOf: Readonly<Record<AdmissionVariable, CelType>> = {
    object: types.object ?? DYN,
    oldObject: types.object ?? DYN,
    namespaceObject: NAMESPACE_TYPE,
    request: REQUEST_TYPE,
    params: types.params ?? DYN,
    authorizer: AUTHORIZER_TYPE,
    'authorizer.requestResource': RESOURCE_CHECK_TYPE,
    get variables(): ObjectType {
      return objectType('kubernetes.variables', fields);
    },
  };

  const compile = (source: string, options: CompileOptions): AdmissionExpression | ExpressionError => {
    const inputs = VARIABLES.filter((name) => {
      if (name === 'params') return options.params ?? params;
      if (name === 'variables') return composes;
      return options.authorizer !== false || !name.startsWith('authorizer');
    });
    const declared = inputs.map((name) => [name, typeOf[name]] as const);
    const known = options.patches
      ? environment(patchFunctions, declared, { structs: patchStruct })
      : environment(functions, declared);
    const program = compileCel(source, known, { raw: (name) => JSON_VARIABLES.has(name) });
    if ('issues' in program) return { error: `compilation failed: ${program.issues}` };
    const literals = literalProblems(program.expr);
    if (literals.length > 0) return { error: `compilation failed: ${formatErrors(source, literals)}` };
    const error = returnError(program.type, options.returns);
    if (error !== undefined) return { error };
    const pattern = patternProblem(program.expr);
    if (pattern !== undefined) return { error: `program instantiation failed: ${pattern}`, internal: true };
    return { source, program, inputs };
  };

  return {
    variables,
    compile,
    define(name, source) {
      const compiled = compile(source, { returns: ['any'] });
      variables.set(name, compiled);
      fields[name] = 'error' in compiled ? DYN : variableType(compiled.program.type);
      return compiled;
    },
  };
}

function returnError(type: CelType, returns: Returns): string | undefined {
  if (returns.includes('any') || returns.some((wanted) => wanted === type.kind || wanted === outputTypeName(type)))
    return undefined;
  const wanted = returns.map((each) => (each === 'null' ? 'null_type' : each));
  const what = wanted.length === 1 ? `to ${wanted[0]}` : `to one of [${wanted.join(' ')}]`;
  return `must evaluate ${what} but got ${outputTypeName(type)}`;
}

/** Expressions that use a variable know its type if it is a plain one; objects and the like are dynamic. */
function variableType(type: CelType): CelType {
  switch (type.kind) {
    case 'list':
      return { kind: 'list', item: variableType(type.item) };
    case 'map':
      return { kind: 'map', key: variableType(type.key), value: variableType(type.value) };
    case 'bool':
    case 'bytes':
    case 'double':
    case 'duration':
    case 'int':
    case 'null':
    case 'string':
    case 'timestamp':
    case 'uint':
      return type;
    default:
      return DYN;
  }
}
