import type { JsonObject } from '@opwright/machinery';
import { containersOf } from '../app-armor.ts';
import { int, items, text } from '../tree.ts';

interface Place {
  readonly at: string;
  readonly hostIP: string;
  readonly hostPort: number;
}

/** Ports of a pod's containers that get in each other's way, if only for a person who looks. */
export function portWarnings(spec: JsonObject | undefined, path: string): string[] {
  const taken = new Map<string, Place[]>();
  return containersOf(spec, path).flatMap(([container, here]) =>
    items(container, 'ports').flatMap((port, index) => {
      const place: Place = {
        at: `${here}.ports[${index}]`,
        hostIP: text(port, 'hostIP'),
        hostPort: int(port, 'hostPort'),
      };
      const key = `${int(port, 'containerPort')}/${text(port, 'protocol')}`;
      const others = taken.get(key) ?? [];
      taken.set(key, [...others, place]);
      const useless = place.hostIP !== '' && place.hostPort === 0;
      return [
        ...(useless ? [`${place.at}: hostIP set without hostPort: ${goPort(port)}`] : []),
        ...others.flatMap((other) => {
          const how = meeting(place, other);
          return how === undefined ? [] : [`${place.at}: ${how} port definition with ${other.at}`];
        }),
      ];
    }),
  );
}

function meeting(a: Place, b: Place): string | undefined {
  if (a.hostIP === b.hostIP && a.hostPort === b.hostPort) return 'duplicate';
  if (a.hostPort === 0 || b.hostPort === 0) return 'overlapping';
  const oneIsAny = (a.hostIP === '') !== (b.hostIP === '');
  return a.hostPort === b.hostPort && oneIsAny ? 'dangerously ambiguous' : undefined;
}

/** A port as Go prints it. */
function goPort(port: JsonObject): string {
  const [name, protocol, ip] = ['name', 'protocol', 'hostIP'].map((key) => text(port, key));
  const [host, container] = [int(port, 'hostPort'), int(port, 'containerPort')];
  return `{Name:${name} HostPort:${host} ContainerPort:${container} Protocol:${protocol} HostIP:${ip}}`;
}
