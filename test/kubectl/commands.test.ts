import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@opwright/cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeKubectl, type Kubectl, kubectlFor } from '../support/kubectl.ts';
import { deployment, pod, widget, widgetCrd } from './widget.ts';

let folder: string;
let cluster: Cluster;
let kubectl: Kubectl;

/** Runs kubectl, expects success and returns what it printed. */
async function ok(args: string, input?: string): Promise<string> {
  const result = await kubectl(args.split(' '), input === undefined ? {} : { input });
  expect(result, `kubectl ${args}`).toMatchObject({ code: 0 });
  return result.stdout;
}

/** One namespace per test keeps the tests apart on one cluster. */
async function namespace(name: string): Promise<string> {
  await ok(`create namespace ${name}`);
  return name;
}

const columns = (line: string | undefined) => (line ?? '').trim().split(/\s{2,}/);

describeKubectl('kubectl', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'opwright-test-'));
    cluster = await startCluster({ serve: true, kubeconfig: join(folder, 'kubeconfig') });
    await cluster.load(widgetCrd);
    kubectl = kubectlFor(join(folder, 'kubeconfig'));
  });
  afterAll(async () => {
    kubectl?.dispose();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { kind, resource, make, age } of [
    { kind: 'a custom kind', resource: 'widgets.example.com', make: widget, age: ['NAME', 'SIZE', 'AGE'] },
    {
      kind: 'a built-in kind',
      resource: 'deployments.apps',
      make: deployment,
      age: ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
    },
  ]) {
    const short = resource.split('.')[0] ?? '';
    const singular = short.replace(/s$/, '');
    const prefix = short.slice(0, 3);

    test(`get prints tables, wide tables, names, JSON and YAML of ${kind}`, async () => {
      const ns = await namespace(`${prefix}-get`);
      await ok(`apply -n ${ns} -f -`, `${make('one')}---${make('two')}`);
      const table = (await ok(`get ${short} -n ${ns}`)).split('\n');
      expect(columns(table[0])).toEqual(age);
      expect(table.slice(1, 3).map((line) => columns(line)[0])).toEqual(['one', 'two']);
      expect(columns((await ok(`get ${short} -n ${ns} -o wide`)).split('\n')[0]).length).toBeGreaterThan(age.length);
      expect(await ok(`get ${short} -n ${ns} -o name`)).toBe(
        `${singular}.${resource.split('.').slice(1).join('.')}/one\n${singular}.${resource.split('.').slice(1).join('.')}/two\n`,
      );
      const list = JSON.parse(await ok(`get ${short} -n ${ns} -o json`));
      expect(list.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['one', 'two']);
      expect(await ok(`get ${short} one -n ${ns} -o yaml`)).toMatch(/^ {2}name: one$/m);
      const missing = await kubectl(['get', short, 'three', '-n', ns]);
      expect(missing).toMatchObject({
        code: 1,
        stderr: `Error from server (NotFound): ${resource} "three" not found\n`,
      });
    });

    test(`get selects ${kind} by label and by field`, async () => {
      const ns = await namespace(`${prefix}-select`);
      await ok(`apply -n ${ns} -f -`, `${make('one')}---${make('two')}`);
      expect(await ok(`get ${short} -n ${ns} -l app=two -o name`)).toMatch(/\/two\n$/);
      expect(await ok(`get ${short} -n ${ns} -l app!=two -o name`)).toMatch(/^\S+\/one\n$/);
      expect(await ok(`get ${short} -n ${ns} --field-selector metadata.name=one -o name`)).toMatch(/^\S+\/one\n$/);
      const unknown = await kubectl(['get', short, '-n', ns, '--field-selector', 'spec.bogus=1']);
      expect(unknown.code).toBe(1);
      expect(unknown.stderr).toContain('spec.bogus');
    });

    test(`get -w follows ${kind} as it changes`, async () => {
      const ns = await namespace(`${prefix}-watch`);
      await ok(`apply -n ${ns} -f -`, make('one'));
      const watch = kubectl.start(['get', short, '-n', ns, '-w', '--output-watch-events']);
      await watch.until(/ADDED +one/);
      await ok(`label ${short} one -n ${ns} seen=yes`);
      await watch.until(/MODIFIED +one/);
      await ok(`apply -n ${ns} -f -`, make('two'));
      await watch.until(/ADDED +two/);
      await ok(`delete ${short} two -n ${ns}`);
      await watch.until(/DELETED +two/);
      await watch.stop();
    });

    test(`describe shows ${kind} with its events`, async () => {
      const ns = await namespace(`${prefix}-describe`);
      await ok(`apply -n ${ns} -f -`, make('one'));
      const object = JSON.parse(await ok(`get ${short} one -n ${ns} -o json`));
      await ok(
        `create -n ${ns} -f -`,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'one.1', namespace: ns },
          involvedObject: {
            apiVersion: object.apiVersion,
            kind: object.kind,
            name: 'one',
            namespace: ns,
            uid: object.metadata.uid,
          },
          type: 'Normal',
          reason: 'Tested',
          message: 'it was looked at',
          source: { component: 'test' },
          firstTimestamp: object.metadata.creationTimestamp,
          lastTimestamp: object.metadata.creationTimestamp,
          count: 1,
        }),
      );
      const text = await ok(`describe ${short} one -n ${ns}`);
      expect(text).toMatch(/^Name: +one$/m);
      expect(text).toMatch(/Normal +Tested +\S+ +test +it was looked at/);
      expect(await ok(`events -n ${ns} --for ${singular}/one`)).toMatch(/Normal +Tested +\S+\/one +it was looked at/);
      expect(await ok(`get events -n ${ns}`)).toMatch(/Normal +Tested +\S+\/one +it was looked at/);
    });

    test(`apply creates, leaves alone and changes ${kind}, client-side`, async () => {
      const ns = await namespace(`${prefix}-apply`);
      expect(await ok(`apply -n ${ns} -f -`, make('one'))).toMatch(/\/one created\n/);
      expect(await ok(`apply -n ${ns} -f -`, make('one'))).toMatch(/\/one unchanged\n/);
      const changed = make('one').replace(/size: 3|replicas: 1/, (text) => text.replace(/\d/, '2'));
      const diff = await kubectl(['diff', '-n', ns, '-f', '-'], { input: changed });
      expect(diff.code).toBe(1);
      expect(diff.stdout).toMatch(/^-\s+(size: 3|replicas: 1)$/m);
      expect(diff.stdout).toMatch(/^\+\s+(size|replicas): 2$/m);
      expect(await ok(`apply -n ${ns} -f -`, changed)).toMatch(/\/one configured\n/);
      expect((await kubectl(['diff', '-n', ns, '-f', '-'], { input: changed })).code).toBe(0);
    });

    test(`apply --server-side owns fields of ${kind} and reports conflicts`, async () => {
      const ns = await namespace(`${prefix}-ssa`);
      expect(await ok(`apply --server-side -n ${ns} -f -`, make('one'))).toMatch(/\/one serverside-applied\n/);
      const other = make('one').replace(/size: 3|replicas: 1/, (text) => text.replace(/\d/, '2'));
      const conflict = await kubectl(['apply', '--server-side', '--field-manager=other', '-n', ns, '-f', '-'], {
        input: other,
      });
      expect(conflict.code).toBe(1);
      expect(conflict.stderr).toMatch(/Apply failed with 1 conflict: conflict with "kubectl": \.spec\.(size|replicas)/);
      await ok(`apply --server-side --field-manager=other --force-conflicts -n ${ns} -f -`, other);
      const managed = JSON.parse(await ok(`get ${short} one -n ${ns} -o json --show-managed-fields`)).metadata
        .managedFields;
      expect(
        managed.map((entry: { manager: string; operation: string }) => `${entry.manager} ${entry.operation}`),
      ).toEqual(expect.arrayContaining(['kubectl Apply', 'other Apply']));
    });

    test(`a client-side applied object of ${kind} moves to server-side apply`, async () => {
      const ns = await namespace(`${prefix}-move`);
      await ok(`apply -n ${ns} -f -`, make('one'));
      await ok(`apply --server-side -n ${ns} -f -`, make('one'));
      const managed = JSON.parse(await ok(`get ${short} one -n ${ns} -o json --show-managed-fields`)).metadata
        .managedFields;
      const managers = managed.filter((entry: { subresource?: string }) => entry.subresource === undefined);
      // The annotation of the last client-side apply gets a manager of its own, so that later applies keep it.
      expect(
        managers.map((entry: { manager: string; operation: string }) => `${entry.manager} ${entry.operation}`),
      ).toEqual(['kubectl-last-applied Apply', 'kubectl Apply']);
    });

    test(`create, patch, label, annotate and replace change ${kind}`, async () => {
      const ns = await namespace(`${prefix}-change`);
      expect(await ok(`create -n ${ns} -f -`, make('one'))).toMatch(/\/one created\n/);
      const again = await kubectl(['create', '-n', ns, '-f', '-'], { input: make('one') });
      expect(again.stderr).toContain(
        `Error from server (AlreadyExists): error when creating "STDIN": ${resource} "one" already exists`,
      );
      await ok(`patch ${short} one -n ${ns} --type merge -p {"metadata":{"labels":{"a":"1"}}}`);
      await ok(`patch ${short} one -n ${ns} --type json -p [{"op":"add","path":"/metadata/labels/b","value":"2"}]`);
      await ok(`label ${short} one -n ${ns} c=3`);
      await ok(`annotate ${short} one -n ${ns} note=hello`);
      const { metadata } = JSON.parse(await ok(`get ${short} one -n ${ns} -o json`));
      expect(metadata.labels).toEqual({ app: 'one', a: '1', b: '2', c: '3' });
      expect(metadata.annotations.note).toBe('hello');
      await ok(`label ${short} one -n ${ns} c-`);
      expect(JSON.parse(await ok(`get ${short} one -n ${ns} -o json`)).metadata.labels).not.toHaveProperty('c');
      expect(
        await ok(
          `replace -n ${ns} -f -`,
          JSON.stringify({ ...JSON.parse(await ok(`get ${short} one -n ${ns} -o json`)) }),
        ),
      ).toMatch(/replaced/);
    });

    test(`edit changes ${kind} as the editor leaves it`, async () => {
      const ns = await namespace(`${prefix}-edit`);
      await ok(`create -n ${ns} -f -`, make('one'));
      const edited = await kubectl(['edit', short, 'one', '-n', ns], {
        env: { KUBE_EDITOR: "sed -i '0,/app: one/s//app: edited/'" },
      });
      expect(edited).toMatchObject({ code: 0 });
      expect(JSON.parse(await ok(`get ${short} one -n ${ns} -o json`)).metadata.labels.app).toBe('edited');
    });

    test(`scale sets the replicas of ${kind}`, async () => {
      const ns = await namespace(`${prefix}-scale`);
      await ok(`create -n ${ns} -f -`, make('one'));
      expect(await ok(`scale ${short} one -n ${ns} --replicas=3`)).toMatch(/\/one scaled\n/);
      expect(await ok(`get ${short} one -n ${ns} -o jsonpath={.spec.replicas}`)).toBe('3');
      const refused = await kubectl(['scale', short, 'one', '-n', ns, '--current-replicas=1', '--replicas=5']);
      expect(refused.code).toBe(1);
    });

    test(`wait --for=condition and --for=delete follow ${kind}`, async () => {
      const ns = await namespace(`${prefix}-wait`);
      await ok(`create -n ${ns} -f -`, make('one'));
      const waiting = kubectl(['wait', '--for=condition=Tested', `${short}/one`, '-n', ns, '--timeout=10s']);
      const condition = { type: 'Tested', status: 'True', reason: 'Done', message: '' };
      await ok(
        `patch ${short} one -n ${ns} --subresource=status --type=merge -p ${JSON.stringify({ status: { conditions: [condition] } })}`,
      );
      expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringMatching(/\/one condition met\n/) });
      const gone = kubectl(['wait', '--for=delete', `${short}/one`, '-n', ns, '--timeout=10s']);
      await ok(`delete ${short} one -n ${ns} --wait=false`);
      expect(await gone).toMatchObject({ code: 0 });
    });

    test(`delete waits for ${kind} until its finalizers are gone`, async () => {
      const ns = await namespace(`${prefix}-delete`);
      await ok(`create -n ${ns} -f -`, make('one'));
      await ok(`patch ${short} one -n ${ns} --type merge -p {"metadata":{"finalizers":["example.com/hold"]}}`);
      const deleting = kubectl(['delete', short, 'one', '-n', ns, '--wait=true', '--timeout=10s']);
      const watch = kubectl.start([
        'get',
        short,
        '-n',
        ns,
        '-w',
        '-o',
        'jsonpath={.metadata.deletionTimestamp}{"\\n"}',
      ]);
      await watch.until(/\d{4}-/);
      await watch.stop();
      await ok(`patch ${short} one -n ${ns} --type merge -p {"metadata":{"finalizers":null}}`);
      expect(await deleting).toMatchObject({ code: 0, stdout: expect.stringMatching(/"one" deleted/) });
      expect((await kubectl(['get', short, 'one', '-n', ns])).code).toBe(1);
    });

    test(`delete --cascade decides what becomes of the dependents of ${kind}`, async () => {
      const ns = await namespace(`${prefix}-cascade`);
      const dependent = (
        owner: { apiVersion: string; kind: string; metadata: { name: string; uid: string } },
        name: string,
      ) =>
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name,
            ownerReferences: [
              {
                apiVersion: owner.apiVersion,
                kind: owner.kind,
                name: owner.metadata.name,
                uid: owner.metadata.uid,
                blockOwnerDeletion: true,
              },
            ],
          },
        });
      for (const cascade of ['background', 'foreground', 'orphan']) {
        await ok(`create -n ${ns} -f -`, make(cascade));
        const owner = JSON.parse(await ok(`get ${short} ${cascade} -n ${ns} -o json`));
        await ok(`create -n ${ns} -f -`, dependent(owner, cascade));
        await ok(`delete ${short} ${cascade} -n ${ns} --cascade=${cascade} --timeout=10s`);
      }
      await ok(`wait --for=delete configmap/background configmap/foreground -n ${ns} --timeout=10s`);
      const orphan = JSON.parse(await ok(`get configmap orphan -n ${ns} -o json`));
      expect(orphan.metadata.ownerReferences ?? []).toEqual([]);
    });

    test(`explain and api-resources know ${kind}`, async () => {
      const explained = await ok(`explain ${short}.spec`);
      expect(explained).toMatch(/^FIELDS?:/m);
      expect(explained).toMatch(/(size|replicas)\t<integer>/);
      expect(await ok('api-resources')).toMatch(new RegExp(`^${short} `, 'm'));
    });
  }

  test('an invalid custom resource is refused with the field and the reason', async () => {
    const ns = await namespace('wid-invalid');
    const result = await kubectl(['apply', '-n', ns, '-f', '-'], { input: widget('bad', 'size: 99, color: pink') });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('The Widget "bad" is invalid:');
    expect(result.stderr).toContain(
      'spec.size: Invalid value: 99: spec.size in body should be less than or equal to 9',
    );
    expect(result.stderr).toContain('spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"');
    const unknown = await kubectl(['apply', '-n', ns, '-f', '-'], { input: widget('bad', 'size: 1, bogus: 2') });
    expect(unknown.stderr).toContain('strict decoding error: unknown field "spec.bogus"');
  });

  test('selectable fields, defaults and short names of a custom kind work', async () => {
    const ns = await namespace('wid-fields');
    await ok(`apply -n ${ns} -f -`, `${widget('one')}---${widget('two', 'size: 2, color: blue')}`);
    expect(await ok(`get wd -n ${ns} --field-selector spec.color=blue -o name`)).toBe('widget.example.com/two\n');
    expect(await ok(`get wd one -n ${ns} -o jsonpath={.spec.color}`)).toBe('red');
    expect(await ok(`get all -n ${ns} -o name`)).toContain('widget.example.com/one');
  });

  test('typed create commands send protobuf and are understood', async () => {
    const ns = await namespace('typed');
    await ok(`create configmap settings -n ${ns} --from-literal=a=1`);
    await ok(`create secret generic keys -n ${ns} --from-literal=password=x`);
    await ok(`create deployment web -n ${ns} --image=nginx --replicas=2`);
    await ok(`create role reader -n ${ns} --verb=get,list --resource=pods`);
    await ok(`create job once -n ${ns} --image=busybox -- true`);
    await ok(`create serviceaccount robot -n ${ns}`);
    expect(JSON.parse(await ok(`get configmap settings -n ${ns} -o json`)).data).toEqual({ a: '1' });
    expect(JSON.parse(await ok(`get secret keys -n ${ns} -o json`)).data).toEqual({ password: 'eA==' });
    expect(await ok(`get deployment web -n ${ns} -o jsonpath={.spec.replicas}`)).toBe('2');
    expect(JSON.parse(await ok(`get role reader -n ${ns} -o json`)).rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    ]);
  });

  test('a pod becomes ready, is described, and terminates when deleted', async () => {
    const ns = await namespace('pods');
    await ok(`apply -n ${ns} -f -`, pod('jack'));
    await ok(`wait --for=condition=Ready pod/jack -n ${ns} --timeout=10s`);
    expect(columns((await ok(`get pod jack -n ${ns}`)).split('\n')[1]).slice(0, 4)).toEqual([
      'jack',
      '1/1',
      'Running',
      '0',
    ]);
    expect(await ok(`describe pod jack -n ${ns}`)).toMatch(/Status: +Running/);
    expect(await ok(`get pods -n ${ns} --field-selector status.phase=Running -o name`)).toBe('pod/jack\n');
    await ok(`delete pod jack -n ${ns} --grace-period=1 --timeout=10s`);
    expect((await kubectl(['get', 'pod', 'jack', '-n', ns])).code).toBe(1);
  });

  test('a namespace is emptied and removed', async () => {
    const ns = await namespace('doomed');
    await ok(`apply -n ${ns} -f -`, `${widget('one')}---${pod('jack')}`);
    await ok(`delete namespace ${ns} --timeout=15s`);
    expect((await kubectl(['get', 'namespace', ns])).code).toBe(1);
  });

  test('the kubeconfig has a context with a certificate and one with a token', async () => {
    expect(await ok('config get-contexts -o name')).toBe('opwright\nopwright-token\n');
    expect(await ok('auth whoami --context opwright-token -o jsonpath={.status.userInfo.username}')).toBe(
      'kubernetes-admin',
    );
    const stranger = await kubectl(['get', 'pods', '--token', 'wrong', '--context', 'opwright-token']);
    expect(stranger.stderr).toContain('error: You must be logged in to the server');
  });

  test('version, cluster-info, auth and raw requests work', async () => {
    expect(JSON.parse(await ok('version -o json')).serverVersion).toMatchObject({ major: '1', minor: '32' });
    expect(await ok('get --raw /healthz')).toBe('ok');
    expect(await ok('auth can-i create widgets')).toBe('yes\n');
    expect(await ok('auth whoami -o jsonpath={.status.userInfo.username}')).toBe('kubernetes-admin');
    expect(await ok('cluster-info')).toContain('is running at');
  });
});
