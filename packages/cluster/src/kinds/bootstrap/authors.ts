import { type FieldSet, type JsonObject, namedFields } from '@opwright/machinery';

/** Who made a bootstrap object. */
export interface BootstrapAuthor {
  readonly manager: string;
  /** What the author did not say: it was filled in by the server. */
  readonly resetFields: FieldSet;
  /** Managed fields of others, without version and time. */
  readonly further: readonly JsonObject[];
}

const STATUS = namedFields('status');

/** What the server filled in, by kind. */
const FILLED_IN: Readonly<Record<string, FieldSet>> = {
  Namespace: namedFields('spec', 'status'),
  Service: namedFields('status', 'spec.clusterIPs', 'spec.ipFamilies'),
};

/** The flow control of the server judges every schema as soon as it sees it. */
const JUDGE: JsonObject = {
  manager: 'api-priority-and-fairness-config-consumer-v1',
  operation: 'Apply',
  fieldsType: 'FieldsV1',
  fieldsV1: {
    'f:status': {
      'f:conditions': {
        'k:{"type":"Dangling"}': {
          '.': {},
          'f:lastTransitionTime': {},
          'f:message': {},
          'f:reason': {},
          'f:status': {},
          'f:type': {},
        },
      },
    },
  },
  subresource: 'status',
};

/** Undefined for what Kubernetes writes without tracking: the endpoints of its own service. */
export function bootstrapAuthor({ kind, apiVersion }: JsonObject): BootstrapAuthor | undefined {
  if (kind === 'Endpoints' || kind === 'EndpointSlice') return undefined;
  const resetFields = FILLED_IN[String(kind)] ?? STATUS;
  if (String(apiVersion).startsWith('flowcontrol.')) {
    const further = kind === 'FlowSchema' ? [JUDGE] : [];
    return { manager: 'api-priority-and-fairness-config-producer-v1', resetFields, further };
  }
  return { manager: 'kube-apiserver', resetFields, further: [] };
}
