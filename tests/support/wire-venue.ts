// A venue of bytes for tests of the adapter: scripted replies behind the Transport, so that codecs, error mapping,
// throttling and retries above it are the real ones.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CallOptions,
  type Headers,
  type Reply,
  type Status,
  type Transport,
  TransportFailure,
} from '../../src/tinvest/transport.ts';

export interface SeenCall {
  /** "OrdersService/PostOrder" */
  readonly method: string;
  readonly request: Uint8Array;
  readonly options: CallOptions;
}

type Answer = Uint8Array | Reply | Error | Promise<Reply>;
/** The n-th call of a method (from 0) gets its answer; a function may look at the request. */
export type Script = Readonly<Record<string, (call: SeenCall, turn: number) => Answer>>;

export interface WireVenue extends Transport {
  readonly calls: readonly SeenCall[];
  count(method: string): number;
}

/** A method without a script is UNAVAILABLE, except the tariff, which the adapter reads unasked. */
export function createWireVenue(script: Script): WireVenue {
  const calls: SeenCall[] = [];
  const count = (method: string) => calls.filter((call) => call.method === method).length;
  return {
    calls,
    count,
    async unary(path, request, options) {
      const method = path.slice(path.lastIndexOf('.') + 1);
      const turn = count(method);
      const call = { method, request: Uint8Array.from(request), options };
      calls.push(call);
      const answer = await (script[method]?.(call, turn) ??
        new TransportFailure('UNAVAILABLE', 'not scripted'));
      if (answer instanceof Error) throw answer;
      return answer instanceof Uint8Array ? { body: answer, headers: new Map() } : answer;
    },
    close: () => {},
  };
}

export const failure = (
  status: Status,
  details = '',
  headers: Record<string, string> = {},
): TransportFailure => new TransportFailure(status, details, new Map(Object.entries(headers)));

export const withHeaders = (body: Uint8Array, headers: Record<string, string>): Reply => ({
  body,
  headers: new Map(Object.entries(headers)) satisfies Headers,
});

interface Codec<Message> {
  fromJSON(object: unknown): Message;
  encode(message: Message): { finish(): Uint8Array };
}

/** A recorded JSON answer as the bytes it would be on the wire. */
export const bytesOf = <Message>(codec: Codec<Message>, json: unknown): Uint8Array =>
  codec.encode(codec.fromJSON(json)).finish();

export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dir, '..', 'fixtures', name), 'utf8'));
