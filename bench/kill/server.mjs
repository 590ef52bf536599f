// The victim: a cluster that is kept on disk, until it is killed. Arguments: folder, port, kubeconfig.
import { startCluster } from '@opwright/cluster';

const [data, port, kubeconfig] = process.argv.slice(2);
const cluster = await startCluster({
  data,
  profile: 'envtest',
  serve: { port: Number(port) },
  kubeconfig,
  // Little, so that revisions leave the disk while it is killed, and watches come too late.
  historyLimit: 200,
});
process.stdout.write(`ready ${cluster.url}\n`);
