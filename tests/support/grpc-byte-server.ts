// A real gRPC server on loopback that speaks bytes: every method of any service goes to one handler.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';

export interface ServedCall {
  readonly path: string;
  readonly request: Buffer;
  readonly metadata: Readonly<Record<string, string | Buffer>>;
}

export interface ServedAnswer {
  readonly body?: Uint8Array;
  readonly code?: number;
  readonly details?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
}

export interface ByteServer {
  readonly port: number;
  readonly seen: readonly ServedCall[];
  stop(): void;
}

const TLS = join(import.meta.dir, '..', 'fixtures', 'tls');
export const tlsFile = (name: string): string => join(TLS, name);

const asIs = (bytes: Buffer): Buffer => bytes;
const metadataOf = (values: Readonly<Record<string, string>> = {}): Metadata => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(values)) metadata.set(name, value);
  return metadata;
};

/** @param answer `null`: never answers */
export async function startByteServer(
  paths: readonly string[],
  answer: (call: ServedCall) => ServedAnswer | null,
  options: { tls?: boolean } = {},
): Promise<ByteServer> {
  const seen: ServedCall[] = [];
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  const handle = (path: string) => (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => {
    const one = { path, request: call.request, metadata: call.metadata.getMap() };
    seen.push(one);
    const said = answer(one);
    if (said === null) return;
    call.sendMetadata(metadataOf(said.headers));
    if (said.code === undefined || said.code === status.OK)
      return reply(null, Buffer.from(said.body ?? new Uint8Array()), metadataOf(said.trailers));
    reply({ code: said.code, details: said.details ?? '', metadata: metadataOf(said.trailers) });
  };
  const definitions = paths.map((path) => ({
    path,
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  }));
  server.addService(
    Object.fromEntries(definitions.map((one) => [one.path, one])),
    Object.fromEntries(paths.map((path) => [path, handle(path)])),
  );
  const port = await bind(server, options.tls ?? false);
  return { port, seen, stop: () => server.forceShutdown() };
}

function bind(server: Server, tls: boolean): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(null, [
        {
          private_key: readFileSync(tlsFile('test-only-server-key.pem')),
          cert_chain: readFileSync(tlsFile('test-only-server.pem')),
        },
      ])
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync('localhost:0', credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
}
