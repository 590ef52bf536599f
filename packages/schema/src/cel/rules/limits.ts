/*
 * The API server's limits on CEL rules.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#resource-use-by-validation-functions
 */

/** What one evaluation of an expression may cost. */
export const EXPRESSION_COST_LIMIT = 1_000_000;
/** What all rules of one object may cost together. */
export const OBJECT_COST_LIMIT = 10_000_000;
/** What one rule may cost by estimate. */
export const ESTIMATED_RULE_COST_LIMIT = 10_000_000;
/** What all rules of a schema may cost by estimate. */
export const ESTIMATED_SCHEMA_COST_LIMIT = 100_000_000;
/** The largest request, in bytes. */
export const MAX_REQUEST_SIZE = 3 * 1024 * 1024;
/** The longest message that a messageExpression may yield, in bytes. */
export const MAX_MESSAGE_SIZE = 5 * 1024;
