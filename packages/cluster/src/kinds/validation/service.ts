import {
  duplicateValue,
  type FieldError,
  goQuote,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  validateDns1123Label,
  validateDns1123Subdomain,
  validatePortName,
  validatePortNumber,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import { oneOf } from './pod-spec.ts';

export function validateService(service: JsonObject): FieldError[] {
  const spec = at(service, 'spec');
  const type = text(spec, 'type');
  const ports = items(spec, 'ports');
  const headless = text(spec, 'clusterIP') === 'None';
  const errors: FieldError[] = [];
  if (ports.length === 0 && !headless && type !== 'ExternalName') errors.push(requiredValue('spec.ports'));
  if (type === 'LoadBalancer' && headless) {
    const detail = "may not be set to 'None' for LoadBalancer services";
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', detail));
  }
  if (type === 'NodePort' && headless) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for NodePort services"));
  }
  if (type === 'ExternalName') {
    const name = text(spec, 'externalName');
    if (name === '') errors.push(requiredValue('spec.externalName'));
    else {
      for (const why of validateDns1123Subdomain(name.replace(/\.$/, ''))) {
        errors.push(invalidValue('spec.externalName', name, why));
      }
    }
  }
  errors.push(...portErrors(ports, type));
  errors.push(...oneOf(spec, 'sessionAffinity', 'spec', ['ClientIP', 'None']));
  errors.push(...oneOf(spec, 'type', 'spec', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']));
  errors.push(...oneOf(spec, 'externalTrafficPolicy', 'spec', ['Cluster', 'Local']));
  errors.push(...oneOf(spec, 'internalTrafficPolicy', 'spec', ['Cluster', 'Local']));
  return errors;
}

function portErrors(ports: readonly JsonObject[], type: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const here = `spec.ports[${index}]`;
    const name = text(port, 'name');
    if (name === '' && ports.length > 1) errors.push(requiredValue(`${here}.name`));
    if (name !== '') {
      for (const why of validateDns1123Label(name)) errors.push(invalidValue(`${here}.name`, name, why));
      if (names.has(name)) errors.push(duplicateValue(`${here}.name`, name));
      names.add(name);
    }
    const number = int(port, 'port');
    for (const why of validatePortNumber(number)) errors.push(invalidValue(`${here}.port`, number, why));
    errors.push(...oneOf(port, 'protocol', here, ['SCTP', 'TCP', 'UDP']));
    const target = field(port, 'targetPort');
    if (typeof target === 'number') {
      for (const why of validatePortNumber(target)) errors.push(invalidValue(`${here}.targetPort`, target, why));
    } else if (typeof target === 'string') {
      for (const why of validatePortName(target)) errors.push(invalidValue(`${here}.targetPort`, target, why));
    }
    const nodePort = int(port, 'nodePort');
    if (nodePort !== 0 && type === 'ClusterIP') {
      const message = "Forbidden: may not be used when `type` is 'ClusterIP'";
      errors.push({ field: `${here}.nodePort`, reason: 'FieldValueForbidden', message });
    }
    const key = `${text(port, 'protocol')} ${number}`;
    if (numbers.has(key)) {
      const value = new RawGoText(
        `core.ServicePort{Name:"", Protocol:${goQuote(text(port, 'protocol'))}, AppProtocol:(*string)(nil), Port:${number}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`,
      );
      errors.push(duplicateValue(here, value));
    }
    numbers.add(key);
  }
  return errors;
}

/** An allocated address stays, unless the service gives it up by its type. */
export function validateServiceUpdate(service: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(service, 'spec'), at(old, 'spec')];
  if (text(spec, 'type') === 'ExternalName' || text(before, 'type') === 'ExternalName') return [];
  const [ips, oldIps] = [texts(spec, 'clusterIPs'), texts(before, 'clusterIPs')];
  if (oldIps[0] === undefined || ips[0] === oldIps[0]) return [];
  const list = new RawGoText(`[]string{${ips.map(goQuote).join(', ')}}`);
  return [invalidValue('spec.clusterIPs[0]', list, 'may not change once set')];
}
