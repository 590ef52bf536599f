import { PROTOCOL_TOKEN } from '../authenticate.ts';
import type { Result } from '../context.ts';
import { badRequest, forbidden } from '../errors.ts';
import type { ServerRequest, Upgrade } from '../http-types.ts';

/** How a client wants to go on after its request. */
export type RequestedUpgrade =
  | { readonly to: 'websocket'; readonly protocols: readonly string[] }
  | { readonly to: 'SPDY/3.1'; readonly protocols: readonly string[] };

/** @throws StatusError 400 for a request that asks for no upgrade that we know */
export function requestedUpgrade({ headers, canUpgrade }: ServerRequest): RequestedUpgrade {
  const to = [headers.upgrade].flat()[0]?.toLowerCase();
  if (canUpgrade && to === 'websocket')
    return { to: 'websocket', protocols: listed(headers['sec-websocket-protocol']).filter(isNoToken) };
  if (canUpgrade && to === 'spdy/3.1')
    return { to: 'SPDY/3.1', protocols: listed(headers['x-stream-protocol-version']) };
  throw badRequest('Upgrade request required');
}

/**
 * The first protocol that the client names and we know; '' for a client that names none.
 * @throws StatusError 403 when there is none
 */
export function chosenProtocol(wanted: readonly string[], known: readonly string[]): string {
  const chosen = wanted.length === 0 ? '' : wanted.find((protocol) => known.includes(protocol));
  if (chosen !== undefined) return chosen;
  const ours = known.filter((protocol) => protocol !== '');
  const why = `client supports [${wanted.join(' ')}], server accepts [${ours.join(' ')}]`;
  throw forbidden(undefined, '', `unable to upgrade: unable to negotiate protocol: ${why}`);
}

/** The answer to an upgrade. @param streamProtocol what SPDY streams are used for; '' for what has no name */
export function upgraded(upgrade: Upgrade, streamProtocol = ''): Result {
  const headers: Record<string, string> = streamProtocol === '' ? {} : { 'x-stream-protocol-version': streamProtocol };
  return { response: { status: 101, headers, body: { upgrade } } };
}

/** Pages in browsers show their token as a protocol, since they can send no headers. */
function isNoToken(protocol: string): boolean {
  return !protocol.startsWith(PROTOCOL_TOKEN);
}

function listed(header: string | readonly string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
