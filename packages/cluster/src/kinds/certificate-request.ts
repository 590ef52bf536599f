import { parseSigningRequest, type SigningRequest, SigningRequestError } from '@opwright/client';

/** What a certificate request asks for, or what is wrong with it. @param base64 the request as PEM, as the API holds it */
export function readRequest(base64: string): SigningRequest | { readonly problem: string } {
  try {
    return parseSigningRequest(Buffer.from(base64, 'base64').toString('latin1'));
  } catch (error) {
    if (error instanceof SigningRequestError) return { problem: error.message };
    throw error;
  }
}
