import { goQuote, type JsonObject } from '@opwright/machinery';
import { at, items, text } from '../tree.ts';

/** A file in a volume, and what it comes from where there may be several. */
interface Place {
  readonly path: string;
  readonly source: string;
}

/** Volumes of which two files have one place, or one lies in the other. */
export function overlapWarnings(volumes: readonly JsonObject[]): string[] {
  return volumes.flatMap((volume) => {
    const name = goQuote(text(volume, 'name'));
    const warn = (what: string, places: readonly Place[]) =>
      overlaps(places).map((overlap) => `volume ${name} (${what}): overlapping paths: ${overlap}`);
    const [map, secret] = [at(volume, 'configMap'), at(volume, 'secret')];
    const projected = at(volume, 'projected');
    return [
      ...warn(`ConfigMap ${goQuote(text(map, 'name'))}`, placesOf(map, '')),
      ...warn(`Secret ${goQuote(text(secret, 'secretName'))}`, placesOf(secret, '')),
      ...warn('DownwardAPI', placesOf(at(volume, 'downwardAPI'), '')),
      ...items(projected, 'sources')
        .filter((source) => Object.keys(source).length === 0)
        .map(() => `volume ${name} (Projected) has no sources provided`),
      ...warn('Projected', projectedPlaces(items(projected, 'sources'))),
    ];
  });
}

function placesOf(source: JsonObject | undefined, named: string): Place[] {
  return items(source, 'items').map((item) => ({ path: text(item, 'path').replace(/\/+$/, ''), source: named }));
}

/** Kubernetes counts the files of a source once more for one after it that names none. */
function projectedPlaces(sources: readonly JsonObject[]): Place[] {
  let last: Place[] = [];
  return sources.flatMap((source) => {
    if (Object.keys(source).length === 0) return [];
    last = sourcePlaces(source) ?? last;
    return last;
  });
}

function sourcePlaces(source: JsonObject): Place[] | undefined {
  const [map, secret, token] = [at(source, 'configMap'), at(source, 'secret'), at(source, 'serviceAccountToken')];
  if (items(map, 'items').length > 0) return placesOf(map, `ConfigMap ${goQuote(text(map, 'name'))}`);
  if (items(secret, 'items').length > 0) return placesOf(secret, `Secret ${goQuote(text(secret, 'name'))}`);
  const files = placesOf(at(source, 'downwardAPI'), 'DownwardAPI');
  if (files.length > 0) return files;
  return token === undefined
    ? undefined
    : [{ path: text(token, 'path').replace(/\/+$/, ''), source: 'ServiceAccountToken' }];
}

function overlaps(places: readonly Place[]): string[] {
  const show = ({ path, source }: Place) => (source === '' ? goQuote(path) : `${goQuote(path)} (${source})`);
  return places.flatMap((place, index) =>
    places
      .slice(0, index)
      .filter((before) => isWithin(before.path, place.path) || isWithin(place.path, before.path))
      .map((before) => `${show(place)} with ${show(before)}`),
  );
}

function isWithin(inner: string, outer: string): boolean {
  return inner !== '' && outer !== '' && `${inner}/`.startsWith(`${outer}/`);
}
