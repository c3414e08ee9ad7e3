// A wire between the bot and the venue that a test cuts: while it is cut every connection is torn down at once, as by a
// venue or a network that went away. Guarantees: what was on the wire at the cut is lost; no proxy outlives its test file.

import { afterAll } from 'bun:test';
import { connect, createServer, type Socket } from 'node:net';

export interface CutProxy {
  /** "localhost:PORT", the same for ever. */
  readonly endpoint: string;
  cut(): void;
  /** Connections pass again, to another venue where one is named. */
  mend(endpoint?: string): void;
}

/** Call once at the top of a test file; what it returns opens a proxy each time. */
export function proxies(): (endpoint: string) => Promise<CutProxy> {
  const open: (() => void)[] = [];
  afterAll(() => {
    for (const close of open) close();
  });
  return async (endpoint) => {
    const { close, ...proxy } = await openProxy(endpoint);
    open.push(close);
    return proxy;
  };
}

async function openProxy(endpoint: string): Promise<CutProxy & { close(): void }> {
  const sockets = new Set<Socket>();
  let target = endpoint;
  let whole = true;
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    const end = () => {
      sockets.delete(socket);
      socket.destroy();
      other.destroy();
    };
    socket.on('error', end);
    socket.on('close', end);
  };
  const server = createServer((near) => {
    if (!whole) {
      near.on('error', () => {});
      near.destroy();
      return;
    }
    const far = connect(Number(target.split(':')[1]), '127.0.0.1');
    keep(near, far);
    keep(far, near);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`the proxy expected a port to listen on, found ${JSON.stringify(address)}`);
  return {
    endpoint: `localhost:${address.port}`,
    cut,
    close() {
      cut();
      server.close();
    },
    mend(endpoint = target) {
      target = endpoint;
      whole = true;
    },
  };
}
