// Takes the user's own limits (GetUserTariff) over from the assumed ones. A failure changes nothing.

import type { UnaryLimit } from 'tinkoff-invest-api/dist/generated/users.js';
import type { Calls } from './call.ts';
import { SERVICE_OF_PATH, type Service, SHARED_METHODS } from './methods.ts';
import type { Throttle } from './throttle.ts';
import type { WireLog } from './wire-log.ts';

/** Never rejects. */
export async function readTariff(calls: Calls, throttle: Throttle, log: WireLog): Promise<void> {
  try {
    const answer = await calls.send(SHARED_METHODS.userTariff, {});
    if (!answer.ok) return log.debug({ code: answer.failure.code }, 'the tariff is not known');
    for (const [service, perMinute] of limitsOf(answer.response.unaryLimits))
      throttle.setLimit(service, perMinute);
  } catch (error) {
    log.debug({ problem: String(error) }, 'the tariff is not known');
  }
}

/** Per service the lowest limit of any of its methods that this program calls. */
export function limitsOf(limits: readonly UnaryLimit[]): ReadonlyMap<Service, number> {
  const found = new Map<Service, number>();
  for (const { limitPerMinute, methods } of limits) {
    if (!Number.isSafeInteger(limitPerMinute) || limitPerMinute < 1) continue;
    for (const name of methods) {
      const service = serviceOf(name);
      if (service === undefined) continue;
      found.set(service, Math.min(limitPerMinute, found.get(service) ?? limitPerMinute));
    }
  }
  return found;
}

/** Methods come with or without the leading slash and the package. */
const serviceOf = (name: string): Service | undefined => SERVICE_OF_NAME.get(name.replace(/^\//, ''));

/** Every name of a method: its path, and what follows each dot of it. */
const SERVICE_OF_NAME: ReadonlyMap<string, Service> = new Map(
  [...SERVICE_OF_PATH].reverse().flatMap(([path, service]) => {
    const parts = path.slice(1).split('.');
    return parts.map((_, from) => [parts.slice(from).join('.'), service] as const);
  }),
);
