import { typeOf } from '@opwright/kubernetes/data';
import { decodeProtobuf } from '@opwright/machinery';
import type { ProtobufDecoder } from './read-body.ts';

/** Bodies of typed Go clients: any built-in kind, and the options and answers of meta/v1. */
export const decodeProtobufBody: ProtobufDecoder = (bytes) =>
  decodeProtobuf(bytes, (apiVersion, kind) => typeOf(apiVersion, kind)).object;
