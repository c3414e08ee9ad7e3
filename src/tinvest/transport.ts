// The byte level of the venue: one unary call in, one reply or one failure out. Everything above it (codecs, error
// mapping, throttling, retries) is the same over gRPC, in the simulator and in tests.
// Requires: bytes are a whole protobuf message. Guarantees: every call ends, with a Reply or a TransportFailure.

/** gRPC status names (grpc.io, "Status codes and their use in gRPC"), without OK. */
export type Status =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** Initial and trailing metadata of a reply, merged; names in lower case. */
export type Headers = ReadonlyMap<string, string>;

export interface Reply {
  readonly body: Uint8Array;
  readonly headers: Headers;
}

export interface CallOptions {
  /** From now; a call without an answer by then fails with DEADLINE_EXCEEDED. */
  readonly deadlineMs: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Transport {
  /**
   * @param path "/package.Service/Method"
   * @throws {TransportFailure} when the call did not end in OK
   */
  unary(path: string, request: Uint8Array, options: CallOptions): Promise<Reply>;
  close(): void;
}

/** A call that did not end in OK: as the venue, or the way to it, put it. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  constructor(
    readonly status: Status,
    /** The venue's error number in digits, or words. */
    readonly details: string,
    readonly headers: Headers = new Map(),
    /** The status was made on this side or by a proxy, not by the venue: it says nothing about what the venue did. */
    readonly local = false,
  ) {
    super(`${status}: ${details}`);
  }
}
