/**
 * Bytes or JSON that do not fit the type. The message is the one of Go's decoder, without what an API server puts around
 * it (`ConfigMap in version "v1" cannot be handled as a ConfigMap: `).
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
