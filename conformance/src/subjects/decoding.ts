import type { Subject } from '../case.ts';
import { apply, configMap, core, deployment, get, inGroup, patch, pod, post, put, remove, send } from '../steps.ts';

const CMS = `${core}/configmaps`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const VALIDATIONS = ['Strict', 'Warn', 'Ignore', '', 'Bogus'];

const DUPLICATES = (name: string) =>
  `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"${name}","labels":{"a":"1","a":"2"}},"data":{"a":"1"},"data":{"b":"2","b":"3"}}`;

/** D12–D15: strictness, dry run, media types and methods. */
export const decoding: Subject = {
  id: 'decoding',
  cases: [
    {
      name: 'unknown fields are refused, warned about or ignored',
      steps: [
        ...VALIDATIONS.map((mode, at) =>
          post(`${CMS}?fieldValidation=${mode}`, configMap(`a${at}`, { bogus: 1, data: { k: 'v' } }, { zz: 'x' })),
        ),
        post(CMS, configMap('default', { bogus: 1 })),
        ...VALIDATIONS.map((mode, at) =>
          post(`${DEPLOYMENTS}?fieldValidation=${mode}`, {
            ...deployment(
              `d${at}`,
              { bogus: true },
              { imagee: 'x', ports: [{ containerPort: 80, nme: 'x' }], resources: { requsts: {} } },
            ),
          }),
        ),
        post(`${DEPLOYMENTS}?fieldValidation=Strict`, deployment('case', { Replicas: 2 })),
        post(DEPLOYMENTS, deployment('case', { Replicas: 2 }), { keep: ['spec.replicas'] }),
        post(
          `${CMS}?fieldValidation=Strict`,
          configMap('ok', { data: { anything: 'goes' } }, { annotations: { any: 'key' } }),
        ),
      ],
    },
    {
      name: 'duplicate fields are refused, warned about or ignored, and the last one counts',
      steps: VALIDATIONS.map((mode, at) => send(`POST ${CMS}?fieldValidation=${mode}`, { text: DUPLICATES(`a${at}`) })),
    },
    {
      name: 'many unknown fields are all named',
      steps: [
        post(
          CMS,
          configMap(
            'a',
            Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`x${String(at).padStart(2, '0')}`, at])),
          ),
        ),
        post(
          `${CMS}?fieldValidation=Strict`,
          configMap(
            'b',
            Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`x${String(at).padStart(2, '0')}`, at])),
          ),
        ),
      ],
    },
    {
      name: 'field validation holds for updates and patches',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } })),
        put(`${CMS}/a?fieldValidation=Strict`, configMap('a', { bogus: 1 })),
        put(`${CMS}/a?fieldValidation=Warn`, configMap('a', { bogus: 1 })),
        patch(`${CMS}/a?fieldValidation=Strict`, 'merge', { bogus: 1 }),
        patch(`${CMS}/a?fieldValidation=Warn`, 'merge', { bogus: 1 }),
        patch(`${CMS}/a?fieldValidation=Ignore`, 'merge', { bogus: 1 }),
        patch(`${CMS}/a`, 'merge', { bogus: 1 }),
        patch(`${CMS}/a?fieldValidation=Strict`, 'json', [{ op: 'add', path: '/bogus', value: 1 }]),
        patch(`${CMS}/a?fieldValidation=Strict`, 'strategic', { bogus: 1 }),
        patch(`${CMS}/a`, 'strategic', { bogus: 1 }),
        patch(`${CMS}/a?fieldValidation=Bogus`, 'merge', {}),
        put(`${CMS}/a?fieldValidation=Bogus`, configMap('a')),
        apply(`${CMS}/a?fieldValidation=Strict`, 'm', configMap('a', { bogus: 1 })),
        send(`PATCH ${CMS}/a`, { text: '{"data":{"a":"1","a":"2"}}' }, 'application/merge-patch+json'),
        send(
          `PATCH ${CMS}/a?fieldValidation=Strict`,
          { text: '{"data":{"a":"1","a":"2"}}' },
          'application/merge-patch+json',
        ),
      ],
    },
    {
      name: 'a dry run answers like the real thing and stores nothing',
      steps: [
        post(`${CMS}?dryRun=All`, configMap('dry')),
        get(`${CMS}/dry`),
        post(`${CMS}?dryRun=Some`, configMap('dry')),
        post(CMS, configMap('a', { data: { k: '1' } })),
        post(`${CMS}?dryRun=All`, configMap('a')),
        put(`${CMS}/a?dryRun=All`, configMap('a', { data: { k: '2' } })),
        patch(`${CMS}/a?dryRun=All`, 'merge', { data: { k: '3' } }),
        apply(`${CMS}/a?dryRun=All`, 'm', configMap('a', { data: { l: '4' } })),
        apply(`${CMS}/new?dryRun=All`, 'm', configMap('new', { data: { l: '4' } })),
        remove(`${CMS}/a?dryRun=All`),
        remove(`${CMS}/a`, { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] }),
        remove(`${CMS}/a?dryRun=Some`),
        remove(`${CMS}?dryRun=All`),
        put(`${CMS}/a?dryRun=Some`, configMap('a')),
        patch(`${CMS}/a?dryRun=Some`, 'merge', {}),
        post(`${CMS}?dryRun=All&dryRun=All`, configMap('two')),
        post(`${CMS}?dryRun=`, configMap('empty')),
        get(`${CMS}/a`),
        post(
          `${core}/services?dryRun=All`,
          { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
          { keep: ['spec.type'] },
        ),
        post(`${CMS}?dryRun=All`, { metadata: { generateName: 'g-' } }, { keep: ['metadata.generateName'] }),
      ],
    },
    {
      name: 'bodies are read in the media type that they name',
      steps: [
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"none"}}' }, ''),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"charset"}}' }, 'application/json; charset=utf-8'),
        send(`POST ${CMS}`, { text: 'metadata:\n  name: yaml\ndata:\n  a: b\n' }, 'application/yaml'),
        send(`POST ${CMS}`, { text: 'metadata:\n  name: textyaml\n' }, 'text/yaml'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"text"}}' }, 'text/plain'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"form"}}' }, 'application/x-www-form-urlencoded'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"xml"}}' }, 'application/xml'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"bad"}}' }, '///'),
        send(`POST ${CMS}`, { text: 'metadata: {name: dup}\ndata: {a: b, a: c}\n' }, 'application/yaml'),
        send(
          `POST ${CMS}?fieldValidation=Strict`,
          { text: 'metadata: {name: dup2}\ndata: {a: b, a: c}\nbogus: 1\n' },
          'application/yaml',
        ),
        send(`POST ${CMS}`, { text: 'metadata: {name: bad\n' }, 'application/yaml'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"cbor"}}' }, 'application/cbor'),
        send(`PUT ${CMS}/none`, { text: '{"metadata":{"name":"none"}}' }, 'text/plain'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"merge"}}' }, 'application/merge-patch+json'),
        send(`POST ${CMS}`, { text: '\ufeff{"metadata":{"name":"bom"}}' }),
      ],
    },
    {
      name: 'broken YAML is refused with the place of the error',
      steps: [
        'a: b: c',
        '{bad',
        'a: [1, 2',
        'a:\n  - b\n c: d\n',
        'a: b\n\tc: d\n',
        'a: "x',
        "a: 'x\n",
        '- a\nb: c\n',
        'a: *x\n',
        'a: b\n  c: d\n',
        'key: [a]]\n',
        '%bad\n',
        'a: @x\n',
        'a: |x\n  b\n',
        'a:\n- b\n  - c\n  d: e\n',
        'a: "\\q"\n',
      ].map((text) => send(`POST ${CMS}`, { text }, 'application/yaml')),
    },
    {
      name: 'keys that YAML has twice are refused, warned about or ignored',
      steps: ['Strict', 'Warn', 'Ignore'].flatMap((validation) =>
        [
          'metadata: {name: a}\ndata:\n  a: b\n  a: c\n  d: e\n  d:\n    f\n',
          '{"metadata": {"name": "b"}, "data": {"a": "b", "a": "c"}}',
          'metadata: {name: c}\ndata: {"1": b, "1": c}\nbinaryData: {}\nbinaryData: {}\nbogus: 1\n',
        ].map((text) => send(`POST ${CMS}?fieldValidation=${validation}`, { text }, 'application/yaml')),
      ),
    },
    {
      name: 'answers come in a media type that the client accepts',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } })),
        ...[
          '',
          '*/*',
          'application/*',
          'application/json',
          'application/yaml',
          'text/html',
          'text/html,application/yaml;q=0.9,*/*;q=0.1',
          'application/json;q=0.1,application/yaml',
          'application/vnd.kubernetes.protobuf,application/json',
          'application/json;pretty=1',
          'application/json;stream=watch',
          'application/json;bogus=1',
          'nonsense',
          'application/json;as=Nonsense;g=meta.k8s.io;v=v1',
          'application/cbor',
        ].map((accept) =>
          get(`${CMS}/a`, {
            headers: { accept },
            ...(accept.includes('protobuf') ? { keep: [] } : { raw: true as const }),
          }),
        ),
        get(`${CMS}/a?pretty=true`, { raw: true, headers: { accept: 'application/json' } }),
        get(`${CMS}/a?pretty=false`, { raw: true, headers: { accept: 'application/json', 'user-agent': 'curl/8' } }),
        get(`${CMS}/a`, { raw: true, headers: { accept: 'application/json', 'user-agent': 'curl/8' } }),
        get(`${CMS}/a`, { raw: true, headers: { accept: 'application/json', 'user-agent': 'Mozilla/5.0' } }),
        get(`${CMS}/a`, { raw: true, headers: { accept: 'application/json', 'user-agent': 'Wget/1' } }),
        get(`${CMS}/nope`, { raw: true, headers: { accept: 'application/yaml' } }),
        get(`${CMS}/nope`, { raw: true, headers: { accept: 'text/html' } }),
        get(CMS, { headers: { accept: 'application/yaml' }, raw: true }),
      ],
    },
    {
      name: 'methods that a path does not have are refused',
      steps: [
        post(CMS, configMap('a')),
        { request: `HEAD ${CMS}/a` },
        { request: `OPTIONS ${CMS}/a` },
        { request: `OPTIONS ${CMS}` },
        post(`${CMS}/a`, configMap('a')),
        put(CMS, configMap('a')),
        patch(CMS, 'merge', {}),
        { request: 'DELETE /api/v1/configmaps' },
        { request: 'DELETE /api/v1/namespaces' },
        { request: 'POST /api/v1' },
        { request: 'POST /apis' },
        { request: 'DELETE /version' },
        { request: 'POST /healthz' },
        put(`${core}/pods`, pod('a')),
        post(`${core}/pods/a/status`, pod('a')),
        { request: `DELETE ${core}/pods/a/status` },
        { request: `GET ${core}/pods/a/binding` },
        { request: `GET ${core}/pods/a/eviction` },
        { request: `GET ${core}/bindings` },
        { request: `GET ${core}/serviceaccounts/default/token` },
        { request: 'GET /apis/authorization.k8s.io/v1/subjectaccessreviews' },
        { request: 'GET /apis/authentication.k8s.io/v1/tokenreviews/x' },
        { request: 'POST /api/v1/componentstatuses' },
        { request: 'GET /api/v1/componentstatuses', keep: ['kind'] },
        { request: `DELETE ${inGroup('apps/v1')}/deployments/a/scale` },
        put(`/api/v1/namespaces/{{ns}}/finalize/x`, {}),
      ],
    },
    {
      name: 'options are checked',
      steps: [
        post(`${CMS}?fieldManager=${'m'.repeat(129)}`, configMap('a')),
        post(`${CMS}?fieldManager=a%00b`, configMap('a')),
        post(`${CMS}?fieldManager=own`, configMap('a')),
        put(`${CMS}/a?fieldManager=${'m'.repeat(129)}`, configMap('a')),
        patch(`${CMS}/a?fieldManager=${'m'.repeat(129)}`, 'merge', {}),
        patch(`${CMS}/a?force=true`, 'merge', {}),
        patch(`${CMS}/a?force=maybe`, 'merge', {}),
        post(`${CMS}?unknown=option`, configMap('b')),
        get(`${CMS}?limit=abc`),
        get(`${CMS}?timeoutSeconds=abc`),
        get(`${CMS}?watch=maybe&timeoutSeconds=1`, { keep: ['kind'] }),
        get(`${CMS}/a?resourceVersion=0`),
        get(`${CMS}/a?resourceVersion=abc`),
        get(`${CMS}/a?resourceVersion=99999999`),
        post(`${CMS}?dryRun=All`, configMap('c'), { headers: { 'user-agent': '' } }),
        post(`${CMS}?dryRun=All`, configMap('c'), { headers: { 'user-agent': 'kubectl/v1.32 (linux)' } }),
      ],
    },
    {
      name: 'a body beyond the limit is refused',
      steps: [post(CMS, configMap('a', { data: { k: 'x'.repeat(3_200_000) } }))],
    },
  ],
};
