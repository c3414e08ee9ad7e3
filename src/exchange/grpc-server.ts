// The gRPC shell: every unary method of the contract on 127.0.0.1, handed to `Exchange.handle`.
// Guarantees: closing ends every connection at once and leaves nothing behind, calls that are never answered included.

import { createServer, type Socket } from 'node:net';
import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { InstrumentsServiceDefinition } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { MarketDataServiceDefinition } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { OperationsServiceDefinition } from 'tinkoff-invest-api/dist/generated/operations.js';
import { OrdersServiceDefinition } from 'tinkoff-invest-api/dist/generated/orders.js';
import { SandboxServiceDefinition } from 'tinkoff-invest-api/dist/generated/sandbox.js';
import { StopOrdersServiceDefinition } from 'tinkoff-invest-api/dist/generated/stoporders.js';
import { UsersServiceDefinition } from 'tinkoff-invest-api/dist/generated/users.js';
import type { CallOutcome, Exchange, Headers } from './exchange.ts';

export interface ServeOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Tokens to make sure of; each new one gets a user of its own. */
  readonly tokens?: readonly string[];
}

export interface ServedExchange {
  /** "localhost:PORT". */
  readonly endpoint: string;
  close(): Promise<void>;
}

const SERVICES = [
  InstrumentsServiceDefinition,
  MarketDataServiceDefinition,
  OperationsServiceDefinition,
  OrdersServiceDefinition,
  SandboxServiceDefinition,
  StopOrdersServiceDefinition,
  UsersServiceDefinition,
];

const PATHS = SERVICES.flatMap((service) =>
  Object.values(service.methods).map(
    (method: { readonly name: string }) => `/${service.fullName}/${method.name}`,
  ),
);

const sameBuffer = (bytes: Buffer): Buffer => bytes;

/** Starts serving; unknown methods of the contract answer 12001, unknown paths plain UNIMPLEMENTED. */
export async function serveExchange(exchange: Exchange, options: ServeOptions = {}): Promise<ServedExchange> {
  for (const token of options.tokens ?? []) exchange.ensureToken(token);
  const server = new Server();
  const sockets = new Map<string, Socket>();
  for (const path of PATHS)
    server.register(path, unary(exchange, path, sockets), sameBuffer, sameBuffer, 'unary');
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string')
    throw new Error(`the exchange expected a port to listen on, found ${JSON.stringify(address)}`);
  return {
    endpoint: `localhost:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        injector.destroy();
        server.forceShutdown();
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

function unary(exchange: Exchange, path: string, sockets: ReadonlyMap<string, Socket>) {
  return (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>): void => {
    const peer = call.getPeer();
    exchange
      .handle(path, call.request, headersOf(call.metadata), peer.replace(/:\d+$/, ''))
      .then((outcome) => deliver(outcome, call, respond, sockets.get(peer)))
      .catch((error: unknown) => respond({ code: 13, details: String(error) }));
  };
}

function headersOf(metadata: Metadata): Headers {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([key, value]) => [key, value.toString()]));
}

function metadataOf(headers: Headers): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  return metadata;
}

function deliver(
  outcome: CallOutcome,
  call: ServerUnaryCall<Buffer, Buffer>,
  respond: sendUnaryData<Buffer>,
  socket: Socket | undefined,
): void {
  switch (outcome.kind) {
    case 'silence':
      return;
    case 'reset':
      socket?.destroy();
      return;
    case 'error':
      call.sendMetadata(metadataOf(outcome.headers));
      respond({ code: outcome.status, details: outcome.details, metadata: metadataOf(outcome.trailers) });
      return;
    case 'reply':
      call.sendMetadata(metadataOf(outcome.headers));
      respond(null, Buffer.from(outcome.bytes));
      return;
  }
}
