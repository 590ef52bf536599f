import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, field, int, items, text, texts } from '../tree.ts';
import { firstThree, labelsText, loadBalancerText, none, orNone, selectorText } from './cells.ts';
import { ageOf, columns, nameOf, withAge } from './columns.ts';

export const servicePrinter: Printer = {
  columns: columns('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'),
  row(service, nowMs) {
    const spec = at(service, 'spec');
    return [
      nameOf(service),
      text(spec, 'type'),
      orNone(texts(spec, 'clusterIPs')[0] ?? ''),
      externalIP(service),
      orNone(items(spec, 'ports').map(servicePortText).join(',')),
      ageOf(service, nowMs),
      labelsText(at(spec, 'selector')),
    ];
  },
};

function externalIP(service: JsonObject): string {
  const spec = at(service, 'spec');
  const own = texts(spec, 'externalIPs');
  switch (text(spec, 'type')) {
    case 'LoadBalancer': {
      const given = loadBalancerText(at(service, 'status'));
      return [given, ...own].filter((address) => address !== '').join(',') || '<pending>';
    }
    case 'ExternalName':
      return text(spec, 'externalName');
    default:
      return orNone(own.join(','));
  }
}

function servicePortText(port: JsonObject): string {
  const nodePort = int(port, 'nodePort');
  const number = nodePort > 0 ? `${int(port, 'port')}:${nodePort}` : `${int(port, 'port')}`;
  return `${number}/${text(port, 'protocol')}`;
}

export const endpointsPrinter = withAge(['Endpoints'], (endpoints) => {
  const addresses = items(endpoints, 'subsets').flatMap((subset) => {
    const ips = items(subset, 'addresses').map((address) => text(address, 'ip'));
    const ports = items(subset, 'ports').map((port) => int(port, 'port'));
    return ports.length === 0 ? ips : ports.flatMap((port) => ips.map((ip) => hostPort(ip, port)));
  });
  return [items(endpoints, 'subsets').length === 0 ? none : firstThree(addresses)];
});

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export const endpointSlicePrinter = withAge(['AddressType', 'Ports', 'Endpoints'], (slice) => [
  text(slice, 'addressType'),
  firstThree(items(slice, 'ports').map((port) => String(field(port, 'port') ?? (text(port, 'name') || '*')))) ||
    '<unset>',
  firstThree(items(slice, 'endpoints').flatMap((endpoint) => texts(endpoint, 'addresses'))) || '<unset>',
]);

export const ingressPrinter: Printer = withAge(['Class', 'Hosts', 'Address', 'Ports'], (ingress) => {
  const spec = at(ingress, 'spec');
  return [
    field(spec, 'ingressClassName') === undefined ? none : text(spec, 'ingressClassName'),
    hostsText(items(spec, 'rules')),
    loadBalancerText(at(ingress, 'status')),
    items(spec, 'tls').length > 0 ? '80, 443' : '80',
  ];
});

function hostsText(rules: readonly JsonObject[]): string {
  const hosts = rules.map((rule) => text(rule, 'host')).filter((host) => host !== '');
  return firstThree(hosts) || '*';
}

export const ingressClassPrinter = withAge(['Controller', 'Parameters'], (ingressClass) => {
  const spec = at(ingressClass, 'spec');
  const parameters = at(spec, 'parameters');
  return [text(spec, 'controller'), parameters === undefined ? none : parametersText(parameters)];
});

function parametersText(parameters: JsonObject): string {
  const group = text(parameters, 'apiGroup');
  const kind = text(parameters, 'kind');
  return `${group === '' ? kind : `${kind}.${group}`}/${text(parameters, 'name')}`;
}

export const networkPolicyPrinter = withAge(['Pod-Selector'], (policy) => [
  selectorText(at(policy, 'spec', 'podSelector')),
]);
