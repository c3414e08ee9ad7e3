// The broker's address: host:port, on a host that still exists.

import { isIPv4, isIPv6 } from 'node:net';
import { type Problem, shown } from './problem.ts';

export const LIVE_ENDPOINT = 'invest-public-api.tbank.ru:443';

/** Read by the gRPC library as a way to look an address up, not as a host: `unix:443` would be a file. */
const SCHEME = /^(unix|unix-abstract|dns|ipv4|ipv6|xds|https?):/i;

/** Whether it is an address that can be, or a name; "999.1.1.1" is neither. */
function isHost(text: string): boolean {
  if (text.startsWith('[')) return isIPv6(text.slice(1, -1));
  return text !== '' && !text.includes('..') && (isIPv4(text) || !/^\d+(\.\d+){3}$/.test(text));
}

/** What is wrong with an endpoint written at `path`; `null` where nothing is. */
export function endpointProblem(endpoint: string, path: string): Problem | null {
  const expected = `host:port, such as "${LIVE_ENDPOINT}" or "localhost:50051"`;
  const problem = (fix: string): Problem => ({ path, found: shown(endpoint), expected, fix });
  if (/(^|\.)tinkoff\.ru\.?(:|\/|$)/i.test(endpoint))
    return {
      path,
      found: shown(endpoint),
      expected: `a host that is in service: the *.tinkoff.ru hosts are switched off`,
      fix: `write "${endpoint.includes('sandbox') ? 'sandbox-' : ''}${LIVE_ENDPOINT}"`,
    };
  if (endpoint.includes('://')) return problem('leave out what stands before and with ://');
  if (SCHEME.test(endpoint)) return problem('write the host itself before the colon');
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(\d{1,5})$/.exec(endpoint);
  const [, host = '', port] = match ?? [];
  if (isHost(host) && Number(port) >= 1 && Number(port) <= 65_535) return null;
  if (/^[A-Za-z0-9.-]+$/.test(endpoint)) return problem(`write "${endpoint}:443"`);
  return problem('write a host, a colon and a port from 1 to 65535, nothing else');
}
