import { formatTime, invalidValue, type JsonObject, orderFields, splitApiVersion } from '@opwright/machinery';
import { asJson, at, ensure, int, setDefault, text, texts } from '../../kinds/tree.ts';
import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { badRequest, conflict, invalid, notFound } from '../errors.ts';
import { trackBody } from '../field-manager.ts';
import { metadataOf, metaText, settleNamespace } from '../metadata.ts';
import type { Reference, TokenContent } from '../tokens/service-accounts.ts';
import { stored } from '../verbs/get.ts';
import { postedKind, readPosted } from './posted.ts';

const TOKEN_REQUEST = postedKind('authentication.k8s.io', 'v1', 'TokenRequest');
const HOUR = 3600;
const SHORTEST = 600;
const LONGEST = 2 ** 32;
/** What kubelets ask for: such tokens of pods live a year, so that programs which read them only once go on. */
const KUBELET_HOUR = 3607;
const YEAR = 365 * 24 * HOUR;

/** POST of a TokenRequest: a token of the service account. */
export async function requestToken(call: Call): Promise<Result> {
  const { info, kind, server, warnings } = call;
  const { issuer } = server;
  const posted = await readPosted(call, TOKEN_REQUEST, (body, fieldManager) => {
    setDefault(ensure(body, 'spec'), 'expirationSeconds', HOUR);
    trackBody(call, TOKEN_REQUEST, fieldManager, info.subresource, body);
  });
  const request = posted.body;
  settleNamespace(kind, request, info.namespace);
  const name = metaText(request, 'name');
  if (name !== '' && name !== info.name) {
    const why = 'must match the service account name if specified';
    throw invalid(TOKEN_REQUEST, info.name, [invalidValue('metadata.name', name, why)]);
  }
  const account = stored(call);

  const spec = ensure(request, 'spec');
  if (texts(asJson(spec), 'audiences').length === 0) spec.audiences = [...issuer.audiences];
  let seconds = int(asJson(spec), 'expirationSeconds');
  const nowMs = server.clock.now();
  Object.assign(metadataOf(request), { name: info.name, creationTimestamp: formatTime(nowMs) });
  refuseDuration(seconds);
  await posted.validate();
  const bound = boundObjects(call, account, at(asJson(spec), 'boundObjectRef'));
  const longest = issuer.maxTokenExpirationSeconds ?? 0;
  if (longest > 0 && seconds > longest) {
    warnings.push(`requested expiration of ${seconds} seconds shortened to ${longest} seconds`);
    seconds = longest;
    spec.expirationSeconds = seconds;
  }

  const audiences = texts(asJson(spec), 'audiences');
  const isForUs = audiences.every((audience) => issuer.audiences.includes(audience));
  const lives = issuer.extendTokenExpiration && bound.pod !== undefined && seconds === KUBELET_HOUR && isForUs;
  const token = issuer.issue({
    namespace: info.namespace,
    account: referenceTo(account),
    audiences,
    expirationSeconds: lives ? YEAR : seconds,
    ...(lives && { warnAfterSeconds: seconds }),
    ...bound,
  });
  request.status = { token, expirationTimestamp: formatTime(nowMs + seconds * 1000) };
  return { code: 201, plain: orderFields(TOKEN_REQUEST.type, request) };
}

function refuseDuration(seconds: number): void {
  const why =
    seconds < SHORTEST
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (why !== undefined) throw invalid(TOKEN_REQUEST, '', [invalidValue('spec.expirationSeconds', seconds, why)]);
}

type Bound = Pick<TokenContent, 'pod' | 'secret' | 'node'>;

/** What the token is to end with. @throws StatusError where it is not there, or another one */
function boundObjects({ info, server }: Call, account: StoredObject, reference: JsonObject | undefined): Bound {
  if (reference === undefined) return {};
  const [group, version] = splitApiVersion(text(reference, 'apiVersion'));
  const [kind, name] = [text(reference, 'kind'), text(reference, 'name')];
  const plural = group === '' ? { Pod: 'pods', Node: 'nodes', Secret: 'secrets' }[kind] : undefined;
  if (plural === undefined) {
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const object = server.store.get(plural, storeKey(plural === 'nodes' ? '' : info.namespace, name));
  if (object === undefined) throw notFound({ group: '', plural }, name);
  const owner = account.metadata.name;
  if (plural === 'pods' && text(at(object, 'spec'), 'serviceAccountName') !== owner) {
    const why = 'to pod running with different serviceaccount name.';
    throw badRequest(`cannot bind token for serviceaccount ${JSON.stringify(owner)} ${why}`);
  }
  const uid = text(reference, 'uid');
  if (uid !== '' && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record`;
    throw conflict({ group: '', plural: kind }, name, `${why}. The object might have been deleted and then recreated`);
  }
  if (plural === 'nodes') return { node: referenceTo(object) };
  if (plural === 'secrets') return { secret: referenceTo(object) };
  const nodeName = text(at(object, 'spec'), 'nodeName');
  if (nodeName === '') return { pod: referenceTo(object) };
  const node = server.store.get('nodes', nodeName);
  return { pod: referenceTo(object), node: node === undefined ? { name: nodeName } : referenceTo(node) };
}

function referenceTo({ metadata: { name, uid } }: StoredObject): Reference {
  return { name, uid };
}
