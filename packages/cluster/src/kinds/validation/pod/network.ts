import {
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  validatePortName,
  validatePortNumber,
} from '@opwright/machinery';
import { at, bool, int, items, text, texts } from '../../tree.ts';
import { ipErrors, requiredOneOf, subdomainErrors } from '../checks.ts';
import { goList } from '../go-values.ts';

/* Ports, names and addresses of pods. */

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function portErrors(ports: readonly JsonObject[], path: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const here = `${path}[${index}]`;
    const name = text(port, 'name');
    const problems = name === '' ? [] : validatePortName(name);
    const errors = problems.map((why) => invalidValue(`${here}.name`, name, why));
    if (name !== '' && problems.length === 0) {
      if (names.has(name)) errors.push(duplicateValue(`${here}.name`, name));
      names.add(name);
    }
    const isMissing = int(port, 'containerPort') === 0;
    return [
      ...errors,
      ...(isMissing ? [requiredValue(`${here}.containerPort`)] : numberErrors(port, 'containerPort', here)),
      ...(int(port, 'hostPort') === 0 ? [] : numberErrors(port, 'hostPort', here)),
      ...requiredOneOf(port, 'protocol', here, PROTOCOLS),
    ];
  });
}

function numberErrors(port: JsonObject, key: string, path: string): FieldError[] {
  return validatePortNumber(int(port, key)).map((why) => invalidValue(`${path}.${key}`, int(port, key), why));
}

/** No two containers have one port of the host. */
export function hostPortConflicts(containers: readonly JsonObject[], path: string): FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap((container, at) =>
    items(container, 'ports').flatMap((port, index) => {
      const number = int(port, 'hostPort');
      const key = `${text(port, 'protocol')}/${text(port, 'hostIP')}/${number}`;
      if (number === 0) return [];
      if (seen.has(key)) return [duplicateValue(`${path}[${at}].ports[${index}].hostPort`, key)];
      seen.add(key);
      return [];
    }),
  );
}

/** On the network of its host a container's ports are ports of the host. @param always also those that name none */
export function hostNetworkErrors(spec: JsonObject, path: string, always: boolean): FieldError[] {
  if (!bool(spec, 'hostNetwork')) return [];
  return items(spec, 'containers').flatMap((container, at) =>
    items(container, 'ports').flatMap((port, index) => {
      const host = int(port, 'hostPort');
      if ((host === 0 && !always) || host === int(port, 'containerPort')) return [];
      const why = 'must match `containerPort` when `hostNetwork` is true';
      return [invalidValue(`${path}.containers[${at}].ports[${index}].hostPort`, host, why)];
    }),
  );
}

export function dnsConfigErrors(spec: JsonObject, path: string): FieldError[] {
  const config = at(spec, 'dnsConfig');
  const servers = texts(config, 'nameservers');
  const searches = texts(config, 'searches');
  if (text(spec, 'dnsPolicy') === 'None') {
    if (config === undefined) return [requiredValue(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    if (servers.length === 0) return [requiredValue(`${path}.nameservers`, why)];
  }
  const tooMany = (key: string, list: readonly string[], what: string) =>
    invalidValue(`${path}.${key}`, goList(list), `must not have more than ${what}`);
  return [
    ...(servers.length > 3 ? [tooMany('nameservers', servers, '3 nameservers')] : []),
    ...servers.flatMap((server, index) => ipErrors(server, `${path}.nameservers[${index}]`)),
    ...(searches.length > 32 ? [tooMany('searches', searches, '32 search paths')] : []),
    ...(searches.join(' ').length > 2048
      ? [tooMany('searches', searches, '2048 characters (including spaces) in the search list')]
      : []),
    ...searches.flatMap((search, index) => subdomainErrors(search.replace(/\.$/, ''), `${path}.searches[${index}]`)),
    ...items(config, 'options').flatMap((option, index) =>
      text(option, 'name') === '' ? [requiredValue(`${path}.options[${index}]`, 'must not be empty')] : [],
    ),
  ];
}

export function hostAliasErrors(spec: JsonObject, path: string): FieldError[] {
  return items(spec, 'hostAliases').flatMap((alias, index) => [
    ...ipErrors(text(alias, 'ip'), `${path}[${index}].ip`),
    ...texts(alias, 'hostnames').flatMap((name, position) =>
      subdomainErrors(name, `${path}[${index}].hostnames[${position}]`),
    ),
  ]);
}
