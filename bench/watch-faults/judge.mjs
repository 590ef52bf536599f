// What a follower may tell of an object: the rules that hold whatever happens to the connections.
import { keyOf, PLURALS, textOf } from './world.mjs';

/** Deaths that are remembered, to see that nobody comes back. */
const REMEMBERED = 500;

/**
 * Follows the changes that a client reports and the state that follows from them.
 * `strict`: an object that was deleted and created anew is reported as two changes, not as an update.
 */
export function createJudge(world, onViolation, { strict = true } = {}) {
  const mirror = { configmaps: new Map(), widgets: new Map() };
  const dead = new Set();
  /** Versions that were reported since the last check, in order. */
  const reported = { configmaps: [], widgets: [] };

  function checkVersion(object) {
    const { uid, resourceVersion } = object.metadata;
    const text = world.known.get(uid)?.get(resourceVersion);
    if (text === undefined) return `was shown at version ${resourceVersion}, which never was`;
    return text === textOf(object) ? undefined : `was shown at version ${resourceVersion} with another content`;
  }

  function problem(plural, { type, object, old }) {
    const key = keyOf(object);
    const held = mirror[plural].get(key);
    const { uid, resourceVersion } = object.metadata;
    if (type === 'add') {
      if (held) return 'was added twice';
      if (dead.has(uid)) return 'came back after its deletion';
      return checkVersion(object);
    }
    if (!held) return `had an ${type} before it was added`;
    if (type === 'delete') {
      if (held.metadata.uid !== uid) return 'was deleted with another uid';
      if (Number(resourceVersion) < Number(held.metadata.resourceVersion)) return 'was deleted at an older version';
      return undefined;
    }
    if (old && old !== held) return 'had an update from a state that was not reported before';
    if (held.metadata.uid !== uid) return strict ? 'was replaced by another without a deletion' : undefined;
    if (Number(resourceVersion) <= Number(held.metadata.resourceVersion)) {
      return `went from version ${held.metadata.resourceVersion} to ${resourceVersion}`;
    }
    return checkVersion(object);
  }

  return {
    mirror,
    /** A change as the client reports it. */
    report(plural, delta) {
      if (world.isSystem(delta.object)) return;
      const key = keyOf(delta.object);
      const said = problem(plural, delta);
      if (said) onViolation(`${plural} ${key} ${said}`);
      if (delta.type === 'delete') {
        mirror[plural].delete(key);
        dead.add(delta.object.metadata.uid);
        if (dead.size > REMEMBERED) dead.delete(dead.values().next().value);
      } else mirror[plural].set(key, delta.object);
      reported[plural].push(delta.object.metadata.resourceVersion);
    },
    /**
     * What was reported since the last call, against what was written since then. `relisted(plural)`: a list was made
     * meanwhile, which may hide states. Without one every single change must have been reported, once, in order.
     */
    checkComplete(relisted) {
      for (const plural of PLURALS) {
        const seen = reported[plural].splice(0);
        const written = world.history[plural].splice(0).map(({ resourceVersion }) => resourceVersion);
        if (relisted(plural) || seen.join() === written.join()) continue;
        onViolation(`${plural}: without a list, the changes ${written.join()} were reported as ${seen.join()}`);
      }
    },
    reset() {
      for (const plural of PLURALS) {
        mirror[plural].clear();
        reported[plural].length = 0;
        world.history[plural].length = 0;
      }
      dead.clear();
    },
  };
}

/** The first difference between what a client has and what there is, as a sentence; undefined when there is none. */
export function difference(plural, held, truth) {
  for (const [key, object] of truth) {
    const found = held.get(key);
    if (!found) return `${plural} ${key} is missing`;
    if (found.metadata.uid !== object.metadata.uid) return `${plural} ${key} is an object that is gone`;
    if (found.metadata.resourceVersion !== object.metadata.resourceVersion) {
      return `${plural} ${key} is at version ${found.metadata.resourceVersion} instead of ${object.metadata.resourceVersion}`;
    }
    if (textOf(found) !== textOf(object)) return `${plural} ${key} has another content`;
  }
  for (const key of held.keys()) if (!truth.has(key)) return `${plural} ${key} should be gone`;
  return undefined;
}
