// The transport over gRPC. Loopback endpoints are plain text, everything else is TLS with verification on.
// Requires: `clock` is real time, also where the rest of the program runs on simulated time (deadlines are real).
// Guarantees: every call has a deadline; only the methods of methods.ts leave this process, for the same token could
// also move money between a person's accounts.

import {
  Client,
  credentials,
  logVerbosity,
  Metadata,
  type ServiceError,
  setLogVerbosity,
  status as statusCodes,
} from '@grpc/grpc-js';
import { assert } from '../core/assert.ts';
import type { Clock } from '../ports.ts';
import { isUntrustedChain, trustedRoots, UNTRUSTED_CHAIN_HELP } from './certificates.ts';
import { ALLOWED_PATHS } from './methods.ts';
import { type CallOptions, type Reply, type Status, type Transport, TransportFailure } from './transport.ts';

// The library quotes what the venue sent straight to stderr, past the log and what hides tokens there.
setLogVerbosity(logVerbosity.NONE);

const MESSAGE_BYTES_MAX = 100 * 1024 * 1024;

const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  // A connection that a router forgot swallows calls for many minutes: none is kept idle for long, and one that
  // does not answer a ping is given up within a read's deadline.
  'grpc.client_idle_timeout_ms': 60_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 0,
  // The library's own back-off grows to two minutes; our reads have given up by then.
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 10_000,
  // A DNS record must not be able to switch on retries: only attempts that never left this process are repeated.
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
};

export interface GrpcTransportOptions {
  /** host:port */
  readonly endpoint: string;
  /** PEM file trusted for this channel in addition to the usual roots. */
  readonly caFile: string | null;
  readonly clock: Clock;
  /** Overrides the rule that loopback is plain text. */
  readonly secure?: boolean;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

export const isLoopback = (endpoint: string): boolean => LOOPBACK.test(endpoint);

/** @throws {Error} where `caFile` cannot serve; a connection problem shows only in the calls */
export function createGrpcTransport(options: GrpcTransportOptions): Transport {
  const secure = options.secure ?? !isLoopback(options.endpoint);
  // Read even where it is not needed, so that a wrong `ca_file` does not wait for the day it is.
  const roots = secure || options.caFile !== null ? trustedRoots(options.caFile) : null;
  const channel = secure ? credentials.createSsl(roots) : credentials.createInsecure();
  const client = new Client(options.endpoint, channel, CHANNEL_OPTIONS);
  let closed = false;
  return {
    async unary(path, request, call) {
      assert(
        ALLOWED_PATHS.has(path),
        `the method ${path} is not among those this program may call (src/tinvest/methods.ts)`,
      );
      if (closed) throw new TransportFailure('CANCELLED', 'the connection was closed', new Map(), true);
      return send(client, path, request, call, options.clock);
    },
    close() {
      closed = true;
      client.close();
    },
  };
}

const asIs = (bytes: Buffer): Buffer => bytes;

function send(
  client: Client,
  path: string,
  request: Uint8Array,
  options: CallOptions,
  clock: Clock,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = new Map<string, string>();
    let body: Buffer | undefined;
    let failed: ServiceError | null = null;
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(options.metadata)) metadata.set(name, value);
    const call = client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      Buffer.from(request.buffer, request.byteOffset, request.byteLength),
      metadata,
      { deadline: new Date(clock.now() + options.deadlineMs) },
      (error, reply?: Buffer) => {
        failed = error;
        body = reply;
      },
    );
    call.on('metadata', (initial) => collect(initial, headers));
    // The status comes after the callback, in the same turn, and brings the trailing metadata.
    call.on('status', (status) => {
      collect(status.metadata, headers);
      if (failed === null && body !== undefined) return resolve({ body, headers });
      reject(failureOf(failed?.code ?? status.code, failed?.details ?? status.details, headers));
    });
  });
}

function collect(metadata: Metadata, into: Map<string, string>): void {
  for (const [name, value] of Object.entries(metadata.getMap()))
    into.set(name.toLowerCase(), typeof value === 'string' ? value : value.toString('utf8'));
}

/** What grpc-js itself says where the venue's answer did not arrive whole, whichever status it gives it. */
const MADE_HERE =
  /^No message received|^Too many responses|^Received message |^Received HTTP status code|^Response message parsing error|^Failed to decompress|^Received RST_STREAM|^Call ended without|^Bandwidth exhausted|^Stream refused/;

/** grpc-js rejects what it cannot unpack with an error that has neither status nor details. */
const NOT_UNPACKED =
  'Failed to decompress the message: its compression is not one that was announced and is known';

function failureOf(
  code: number | undefined,
  said: string | undefined,
  headers: ReadonlyMap<string, string>,
): TransportFailure {
  const details = said ?? NOT_UNPACKED;
  const local = MADE_HERE.test(details);
  const words = isUntrustedChain(details) ? `${details.trim()} (${UNTRUSTED_CHAIN_HELP})` : details;
  return new TransportFailure(statusName(code), words, headers, local);
}

const STATUSES: ReadonlyMap<number, Status> = new Map([
  [statusCodes.CANCELLED, 'CANCELLED'],
  [statusCodes.UNKNOWN, 'UNKNOWN'],
  [statusCodes.INVALID_ARGUMENT, 'INVALID_ARGUMENT'],
  [statusCodes.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED'],
  [statusCodes.NOT_FOUND, 'NOT_FOUND'],
  [statusCodes.ALREADY_EXISTS, 'ALREADY_EXISTS'],
  [statusCodes.PERMISSION_DENIED, 'PERMISSION_DENIED'],
  [statusCodes.RESOURCE_EXHAUSTED, 'RESOURCE_EXHAUSTED'],
  [statusCodes.FAILED_PRECONDITION, 'FAILED_PRECONDITION'],
  [statusCodes.ABORTED, 'ABORTED'],
  [statusCodes.OUT_OF_RANGE, 'OUT_OF_RANGE'],
  [statusCodes.UNIMPLEMENTED, 'UNIMPLEMENTED'],
  [statusCodes.INTERNAL, 'INTERNAL'],
  [statusCodes.UNAVAILABLE, 'UNAVAILABLE'],
  [statusCodes.DATA_LOSS, 'DATA_LOSS'],
  [statusCodes.UNAUTHENTICATED, 'UNAUTHENTICATED'],
]);

const statusName = (code: number | undefined): Status =>
  STATUSES.get(code ?? statusCodes.UNKNOWN) ?? 'UNKNOWN';
