import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateHttpHeaderName,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../../tree.ts';
import { nonNegative, portErrors, textErrors } from '../checks.ts';

/* What is asked of a container while it lives, and what it is told. */

/** @param grace seconds that the pod has to end; undefined when it does not say */
export function lifecycleErrors(container: JsonObject, path: string, grace: number | undefined): FieldError[] {
  const lifecycle = at(container, 'lifecycle');
  return ['postStart', 'preStop'].flatMap((key) => {
    const hook = at(lifecycle, key);
    const kinds = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
    return hook === undefined ? [] : handlerErrors(hook, `${path}.lifecycle.${key}`, kinds, grace);
  });
}

export function probesErrors(container: JsonObject, path: string): FieldError[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) => {
    const probe = at(container, key);
    if (probe === undefined) return [];
    const here = `${path}.${key}`;
    const errors = probeErrors(probe, here);
    const seconds = field(probe, 'terminationGracePeriodSeconds');
    if (key !== 'readinessProbe') {
      const threshold = int(probe, 'successThreshold');
      return threshold === 1 ? errors : [...errors, invalidValue(`${here}.successThreshold`, threshold, 'must be 1')];
    }
    const why = 'must not be set for readinessProbes';
    return seconds === undefined
      ? errors
      : [...errors, invalidValue(`${here}.terminationGracePeriodSeconds`, seconds, why)];
  });
}

function probeErrors(probe: JsonObject, path: string): FieldError[] {
  const seconds = field(probe, 'terminationGracePeriodSeconds');
  const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
  return [
    ...handlerErrors(probe, path, ['exec', 'httpGet', 'tcpSocket', 'grpc'], undefined),
    ...counts.flatMap((key) => nonNegative(probe, key, path)),
    ...(seconds !== undefined && int(probe, 'terminationGracePeriodSeconds') <= 0
      ? [invalidValue(`${path}.terminationGracePeriodSeconds`, seconds, 'must be greater than 0')]
      : []),
  ];
}

/** Exactly one way to do something. */
function handlerErrors(
  handler: JsonObject,
  path: string,
  kinds: readonly string[],
  grace: number | undefined,
): FieldError[] {
  const [first, ...more] = kinds.filter((kind) => at(handler, kind) !== undefined);
  if (first === undefined) return [requiredValue(path, 'must specify a handler type')];
  return [
    ...actionErrors(first, at(handler, first) ?? {}, `${path}.${first}`, grace),
    ...more.map((kind) => forbiddenValue(`${path}.${kind}`, 'may not specify more than 1 handler type')),
  ];
}

function actionErrors(kind: string, action: JsonObject, path: string, grace: number | undefined): FieldError[] {
  switch (kind) {
    case 'exec':
      return texts(action, 'command').length === 0 ? [requiredValue(`${path}.command`)] : [];
    case 'httpGet':
      return httpGetErrors(action, path);
    case 'sleep':
      return sleepErrors(action, path, grace);
    default:
      return portErrors(action, 'port', path);
  }
}

function httpGetErrors(action: JsonObject, path: string): FieldError[] {
  const scheme = text(action, 'scheme');
  return [
    ...(text(action, 'path') === '' ? [requiredValue(`${path}.path`)] : []),
    ...portErrors(action, 'port', path),
    ...(scheme === 'HTTP' || scheme === 'HTTPS' ? [] : [unsupportedValue(`${path}.scheme`, scheme, ['HTTP', 'HTTPS'])]),
    ...items(action, 'httpHeaders').flatMap((header) =>
      textErrors(text(header, 'name'), `${path}.httpHeaders`, validateHttpHeaderName),
    ),
  ];
}

function sleepErrors(action: JsonObject, path: string, grace: number | undefined): FieldError[] {
  const seconds = int(action, 'seconds');
  if (grace === undefined || (seconds > 0 && seconds <= grace)) return [];
  const why = `must be greater than 0 and less than terminationGracePeriodSeconds (${grace}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`;
  return [invalidValue(path, seconds, why)];
}
