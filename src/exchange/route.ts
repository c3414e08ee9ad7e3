// One method of the contract: its path, its codecs, its rate limit and what answers it.
// The reply type ends at `route`: beyond it a reply is an opaque value that only its own codec can encode.

import type { LimitGroup } from './limits.ts';
import type { TokenTerms } from './registry.ts';
import type { Rewrite } from './rewrite.ts';
import type { Venue } from './venue.ts';

/** Everything a handler may know of one call. */
export interface Call {
  readonly venue: Venue;
  readonly token: TokenTerms;
  readonly nowMs: number;
  readonly trackingId: string;
  /** The request as it came, for fields that the generated codec does not know. */
  readonly bytes: Uint8Array;
  /** Whether it came through SandboxService. */
  readonly sandbox: boolean;
  /** The tariff's limits, for GetUserTariff. */
  limits(): readonly { readonly perMinute: number; readonly methods: readonly string[] }[];
}

export interface Opened {
  readonly request: unknown;
  /** Applies the call and gives the reply's bytes. @throws {VenueError} */
  run(call: Call): { encode(rewrites: readonly Rewrite[]): Uint8Array };
}

export interface Route {
  readonly path: string;
  readonly service: string;
  readonly method: string;
  readonly group: LimitGroup;
  /** @throws {Error} for bytes that are not such a message. */
  open(bytes: Uint8Array): Opened;
}

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

export interface MethodDefinition<Request, Reply> {
  readonly name: string;
  readonly requestType: Codec<Request>;
  readonly responseType: Codec<Reply>;
}

/**
 * Binds a handler to a method of the contract. `lasting`: it gives the same object for as long as it has the same to say,
 * which is then encoded once.
 */
export function route<Request, Reply extends object>(
  service: { readonly fullName: string },
  definition: MethodDefinition<Request, Reply>,
  group: LimitGroup,
  handle: (call: Call, request: Request) => Reply,
  lasting = false,
): Route {
  const encoded = new WeakMap<Reply, Uint8Array>();
  const encode = (reply: Reply): Uint8Array => definition.responseType.encode(reply).finish();
  const encodeOnce = (reply: Reply): Uint8Array => {
    const bytes = encoded.get(reply) ?? encode(reply);
    encoded.set(reply, bytes);
    return bytes;
  };
  return {
    path: `/${service.fullName}/${definition.name}`,
    service: service.fullName,
    method: definition.name,
    group,
    open(bytes) {
      const request = definition.requestType.decode(bytes);
      return {
        request,
        run(call) {
          const reply = handle(call, request);
          return {
            encode: (rewrites) => {
              if (rewrites.length === 0) return lasting ? encodeOnce(reply) : encode(reply);
              const own = lasting ? structuredClone(reply) : reply;
              // The named boundary: a test's rewrite answers for the shape it returns.
              return encode(rewrites.reduce<unknown>((value, rewrite) => rewrite(value), own) as Reply);
            },
          };
        },
      };
    },
  };
}
