import { X509Certificate } from 'node:crypto';
import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  formatTime,
  goQuote,
  invalidValue,
  type JsonObject,
} from '@opwright/machinery';
import type { MutableObject, ServedKind, StrategyContext } from '../../kinds/kind.ts';
import { asJson, at, each, ensure, field, items, keepField, text, within } from '../../kinds/tree.ts';
import type { Endpoint } from '../endpoint.ts';

/*
 * The two faces of a certificate request beside itself: the decision about it, and what its signer says.
 */

const DECISIONS = ['Approved', 'Denied'];

/** `approval`: changes the conditions. */
export function approvalEndpoint(kind: ServedKind): Endpoint {
  return {
    subresource: 'approval',
    bodies: kind,
    prepareForUpdate(object, old, context) {
      setTimes(object, old, context);
      keepField(object, old, 'spec');
      keepField(ensure(object, 'status'), at(old, 'status') ?? {}, 'certificate');
    },
  };
}

/** `status`: changes the certificate and all conditions but the decisions. */
export function signingEndpoint(kind: ServedKind): Endpoint {
  return {
    subresource: 'status',
    bodies: kind,
    prepareForUpdate(object, old, context) {
      keepField(object, old, 'spec');
      keepDecisions(object, old);
      setTimes(object, old, context);
    },
    validateUpdate: (object, old) => [...decisionErrors(object, old), ...certificateErrors(object, old)],
  };
}

/** Conditions have the times at which they came about, and were said last. */
function setTimes(object: MutableObject, old: JsonObject, { nowMs }: StrategyContext): void {
  const now = formatTime(nowMs);
  for (const condition of each(within(object, 'status'), 'conditions')) {
    const same = conditionsOf(old).find(({ type, status }) => type === condition.type && status === condition.status);
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= text(same, 'lastTransitionTime') || now;
  }
}

/** Decisions stay word for word, unless one is added or taken away, which is an error. */
function keepDecisions(object: MutableObject, old: JsonObject): void {
  for (const decision of DECISIONS) {
    const before = conditionsOf(old).filter(({ type }) => type === decision);
    const now = each(within(object, 'status'), 'conditions').filter(({ type }) => type === decision);
    if (before.length !== now.length) continue;
    for (const [index, condition] of now.entries()) {
      for (const key of Object.keys(condition)) delete condition[key];
      Object.assign(condition, before[index]);
    }
  }
}

function decisionErrors(object: JsonObject, old: JsonObject): FieldError[] {
  const count = (request: JsonObject, decision: string) =>
    conditionsOf(request).filter(({ type }) => type === decision).length;
  return DECISIONS.filter((decision) => count(object, decision) > count(old, decision)).map((decision) =>
    forbiddenValue('status.conditions', `updates may not add a condition of type "${decision}"`),
  );
}

function certificateErrors(object: JsonObject, old: JsonObject): FieldError[] {
  const [now, before] = [object, old].map((request) => field(at(request, 'status'), 'certificate'));
  if (deepEqual(now, before)) return [];
  const errors: FieldError[] = [];
  const why = certificateProblem(Buffer.from(typeof now === 'string' ? now : '', 'base64').toString('latin1'));
  if (why !== undefined) errors.push(invalidValue('status.certificate', '<certificate data>', why));
  if (typeof before === 'string' && before !== '') {
    errors.push(forbiddenValue('status.certificate', 'updates may not modify existing certificate content'));
  }
  return errors;
}

/** A certificate is one or more blocks of PEM, and nothing is fine too. */
function certificateProblem(text: string): string | undefined {
  if (text === '') return undefined;
  const blocks = [...text.matchAll(/-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/g)];
  for (const [block, label = '', body = ''] of blocks) {
    if (label !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(label)}`;
    if (body.includes(':')) return 'no PEM block headers are permitted';
    if (!isCertificate(block)) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function conditionsOf(request: JsonObject | MutableObject): readonly JsonObject[] {
  return items(at(asJson(request as MutableObject), 'status'), 'conditions');
}
