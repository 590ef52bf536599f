import { type KubeObject, keyString } from '@opwright/machinery';

type Objects = ReadonlyMap<string, KubeObject>;

/** One own write that the event stream has not reached: the written version, or the uid that is gone. */
type Entry =
  | { readonly object: KubeObject /** No event has told of the object before. */; readonly shownFirst: boolean }
  | {
      readonly deletedUid: string /** The version of the object, if events have not told of it yet. */;
      readonly unseen?: string;
    };

/** Own writes laid over stored objects, so that whoever wrote reads what it wrote. */
export interface Overlay {
  readonly isEmpty: boolean;
  /** There is an own write of the object that the stream has not reached. */
  has(key: string): boolean;
  show(key: string, object: KubeObject, seenVersion: string, objects: Objects): void;
  hide(key: string, uid: string, objects: Objects): void;
  /**
   * The stream has reached `version`; `changedKey` is the key of the event, absent for lists and bookmarks. Returns the
   * shown objects that have vanished: somebody deleted them before the stream had shown them once.
   */
  reached(version: string, objects: Objects, changedKey?: string): KubeObject[];
  /** The same for all shown objects: the server that they were written to is not the one of the stream. */
  forget(objects: Objects): KubeObject[];
  get(key: string, objects: Objects): KubeObject | undefined;
  values(objects: Objects): Iterable<KubeObject>;
  /** `found` with the overlaid versions instead of the stored ones, and the overlaid objects that `matches` adds. */
  filtered(found: Iterable<KubeObject>, matches: (object: KubeObject) => boolean): Iterable<KubeObject>;
}

export function createOverlay(): Overlay {
  const entries = new Map<string, Entry>();

  function isReached(key: string, entry: Entry, version: string, objects: Objects, keyChanged: boolean): boolean {
    const wanted = 'object' in entry ? entry.object.metadata.resourceVersion : entry.unseen;
    const order = wanted === undefined ? 0 : compareVersions(version, wanted);
    // Versions of a server that does not count can only be compared by their object.
    const isThere = order === undefined ? keyChanged : order >= 0;
    return isThere && ('object' in entry || objects.get(key)?.metadata.uid !== entry.deletedUid);
  }

  function* filtered(found: Iterable<KubeObject>, matches: (object: KubeObject) => boolean): Iterable<KubeObject> {
    for (const object of found) if (!entries.has(keyString(object.metadata))) yield object;
    for (const entry of entries.values()) if ('object' in entry && matches(entry.object)) yield entry.object;
  }

  /** Ends the entries that `isOver` names; returns those objects that only they have shown. */
  function drop(objects: Objects, isOver: (key: string, entry: Entry) => boolean): KubeObject[] {
    const vanished: KubeObject[] = [];
    for (const [key, entry] of entries) {
      if (!isOver(key, entry)) continue;
      entries.delete(key);
      if ('object' in entry && entry.shownFirst && !objects.has(key)) vanished.push(entry.object);
    }
    return vanished;
  }

  return {
    get isEmpty() {
      return entries.size === 0;
    },
    has: (key) => entries.has(key),
    show(key, object, seenVersion, objects) {
      const stored = objects.get(key);
      const { uid, resourceVersion } = object.metadata;
      if (stored?.metadata.uid === uid && stored.metadata.resourceVersion === resourceVersion) return;
      const order = compareVersions(seenVersion, resourceVersion);
      if (order !== undefined && order >= 0) return;
      const entry = entries.get(key);
      const shown = entry && 'object' in entry ? entry.object.metadata.resourceVersion : '';
      // Two writes may answer in the wrong order.
      if ((compareVersions(shown, resourceVersion) ?? -1) > 0) return;
      entries.set(key, { object, shownFirst: !stored });
    },
    hide(key, uid, objects) {
      const entry = entries.get(key);
      const shown = entry && 'object' in entry ? entry.object.metadata : undefined;
      if (objects.get(key)?.metadata.uid === uid) entries.set(key, { deletedUid: uid });
      // Its creation is still to come, and must not bring it back until its deletion has come, too.
      else if (shown?.uid === uid) entries.set(key, { deletedUid: uid, unseen: shown.resourceVersion });
    },
    reached: (version, objects, changedKey) =>
      drop(objects, (key, entry) => {
        return isReached(key, entry, version, objects, changedKey === undefined || key === changedKey);
      }),
    forget: (objects) => drop(objects, () => true),
    get(key, objects) {
      const entry = entries.get(key);
      if (!entry) return objects.get(key);
      return 'object' in entry ? entry.object : undefined;
    },
    values(objects) {
      return entries.size === 0 ? objects.values() : filtered(objects.values(), () => true);
    },
    filtered,
  };
}

/**
 * The order of two versions of one resource, undefined when one is not a number.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function compareVersions(a: string, b: string): number | undefined {
  if (!isNumber(a) || !isNumber(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNumber(version: string): boolean {
  return /^[1-9][0-9]*$/.test(version);
}
