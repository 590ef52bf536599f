// What the writers know: what was acknowledged must be there; what was under way at the kill may be.

export const PLURALS = {
  configmaps: { path: '/api/v1/namespaces/default/configmaps', apiVersion: 'v1', kind: 'ConfigMap' },
  things: { path: '/apis/example.com/v1/namespaces/default/things', apiVersion: 'example.com/v1', kind: 'Thing' },
};

/** An object as far as the ledger cares, or 'none'. */
export const stateOf = ({ metadata, data }) => `${metadata.resourceVersion} ${data.n}`;

export function createLedger() {
  /** By name: what was last acknowledged. */
  const known = new Map();
  /** By name: what a request that got no answer wanted, `n` of it or 'none'. */
  const open = new Map();
  let acknowledged = 0;
  /** The highest revision that anybody has seen. */
  let seen = 0;

  return {
    get acknowledged() {
      return acknowledged;
    },
    get seen() {
      return seen;
    },
    see(revision) {
      seen = Math.max(seen, Number(revision));
    },
    known: (name) => known.get(name),
    begin: (name, wanted) => open.set(name, wanted),
    /** @param object as answered; undefined when it was deleted */
    acknowledge(name, object) {
      open.delete(name);
      acknowledged += 1;
      if (object === undefined) known.delete(name);
      else {
        known.set(name, object);
        seen = Math.max(seen, Number(object.metadata.resourceVersion));
      }
    },
    /** Compares with what is there after a restart, and takes that over. Returns what is wrong. */
    settle(objects) {
      const problems = [];
      for (const name of new Set([...known.keys(), ...open.keys(), ...objects.keys()])) {
        const before = known.get(name);
        const now = objects.get(name);
        const same = before === undefined || now === undefined ? before === now : stateOf(before) === stateOf(now);
        const wanted = open.get(name);
        const happened = wanted !== undefined && (now === undefined ? 'none' : now.data.n) === wanted;
        if (!same && !happened) {
          const show = (object) => (object === undefined ? 'none' : stateOf(object));
          problems.push(`${name}: acknowledged ${show(before)}, under way ${wanted}, there is ${show(now)}`);
        }
        if (now === undefined) known.delete(name);
        else known.set(name, now);
      }
      open.clear();
      return problems;
    },
  };
}
