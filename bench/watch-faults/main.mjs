// The watch-fault suite: `node bench/watch-faults/main.mjs --faults 1000 --seed 1`, after `npm run build`.
// Exit code 1 when Opwright's runtime violates a guarantee; the seed replays the faults and the changes of objects.
import { parseArgs } from 'node:util';
import { CLIENT_NODE_VERSION, followWithClientNode } from './client-node-follower.mjs';
import { followWithOpwright } from './opwright-follower.mjs';
import { printReport, printSummary } from './report.mjs';
import { runSuite } from './suite.mjs';

const { values } = parseArgs({
  options: {
    /** How many faults. */
    faults: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** Clients at the same time, each with an API server of its own. */
    lanes: { type: 'string', default: '8' },
    /** How much faster than the machine's the client's clock runs. */
    scale: { type: 'string', default: '200' },
    /** Only faults of this name; may be repeated. */
    kind: { type: 'string', multiple: true },
    /** How many faults for @kubernetes/client-node; 0 leaves it out. */
    'peer-faults': { type: 'string', default: '111' },
    verbose: { type: 'boolean', default: false },
  },
});
const common = {
  seed: values.seed,
  lanes: Number(values.lanes),
  ...(values.kind && { kinds: values.kind }),
};
const log = (message, fields) => console.error(message, JSON.stringify(fields));
const faults = Number(values.faults);

const ours = await runSuite({
  ...common,
  follow: followWithOpwright,
  faults,
  scale: Number(values.scale),
  ...(values.verbose && { log }),
  onFault(index, kind, outcome) {
    if (values.verbose) log(`fault ${index} (${kind})`, outcome);
    else if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${faults} faults`);
  },
});
console.log(`opwright, ${faults} faults, seed ${values.seed}`);
printReport(ours);

const peerFaults = Number(values['peer-faults']);
if (peerFaults > 0) {
  // Its time-outs are the machine's, so its clock, and all pauses with it, run more slowly; it need not recover faster.
  const crashes = [];
  const crash = (error) =>
    crashes.push(`the process would have ended: ${error?.stack?.split('\n', 2).join('') ?? error}`);
  process.on('unhandledRejection', crash);
  const theirs = await runSuite({
    ...common,
    follow: followWithClientNode,
    faults: peerFaults,
    scale: 20,
    boundMs: 200_000,
    strict: false,
  });
  process.off('unhandledRejection', crash);
  theirs.violations.unshift(...crashes);
  console.log(`\n@kubernetes/client-node ${CLIENT_NODE_VERSION}, ${peerFaults} faults, seed ${values.seed}`);
  printReport(theirs);
  console.log('');
  printSummary([
    ['opwright', ours],
    [`@kubernetes/client-node ${CLIENT_NODE_VERSION}`, theirs],
  ]);
}

if (ours.violations.length > 0) {
  console.error(
    `\n${ours.violations.length} violations; the same faults again: --faults ${faults} --seed ${values.seed}`,
  );
  process.exitCode = 1;
}
