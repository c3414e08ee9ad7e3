// I12: requests per service and token stay within 80 % of the limit in any minute, and within 50 a second in all, as they
// leave one life of the bot. A clock that was just changed excuses: within its minute two windows look like one.

import { GetUserTariffResponse } from 'tinkoff-invest-api/dist/generated/users.js';
import { DEFAULT_LIMITS, type LimitGroup } from '../../src/exchange/limits.ts';
import { ROUTES } from '../../src/exchange/routes.ts';
import type { Check } from '../check.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

const GROUPS: ReadonlyMap<string, LimitGroup> = new Map(
  [...ROUTES.values()].map(({ method, group }) => [method, group]),
);
/** What a method is called in the broker's sandbox, where all of an account's calls share one limit. */
const twinOf = (method: string): string => method.replace(/^(Get|Post|Cancel)/, '$1Sandbox');
const MINUTE_MS = 60_000;
const PER_SECOND = 50;

function groupsIn(body: Uint8Array): readonly (LimitGroup | undefined)[] {
  try {
    const { unaryLimits } = GetUserTariffResponse.decode(body);
    return unaryLimits.flatMap(({ methods }) =>
      methods.map((path) => GROUPS.get(path.split('/').at(-1) ?? '')),
    );
  } catch {
    return [];
  }
}

export function limitChecks(world: World): Check {
  const windows = new Map<string, number[]>();
  /** Lives, tokens and groups of which the tariff was told, or a reply's headers; a reply may have been cut. */
  const told = new Set<string>();
  const groupOf = (method: string): LimitGroup | undefined =>
    (world.sandbox ? GROUPS.get(twinOf(method)) : undefined) ?? GROUPS.get(method);
  const excused = (): boolean => world.timeline.now() - world.skewedAtMs <= MINUTE_MS + 1_000;

  function count(name: string, spanMs: number, most: number): void {
    const nowMs = world.timeline.now();
    const times = windows.get(name) ?? [];
    windows.set(name, times);
    times.push(nowMs);
    while ((times[0] ?? nowMs) <= nowMs - spanMs) times.shift();
    if (times.length > most && !excused())
      world.violate('I12', `${times.length} requests of ${name} within ${spanMs} ms, allowed are ${most}`);
  }

  return {
    onReply(method, _request, body, life, token) {
      const groups = method === 'GetUserTariff' ? groupsIn(body) : [groupOf(method)];
      for (const group of groups) if (group !== undefined) told.add(`${life.number} ${token} ${group}`);
    },
    onLeave(method, _bytes, life: Life, token) {
      const group = groupOf(method);
      count(`life ${life.number}`, 1_000, PER_SECOND);
      if (group === undefined) return;
      // A poorer tariff can be kept to only once a reply has told of it.
      const isTold = told.has(`${life.number} ${token} ${group}`);
      const table = isTold ? world.exchange.limits.table : DEFAULT_LIMITS;
      const most = Math.floor(0.8 * table[group]);
      count(`life ${life.number} ${token} ${group}`, MINUTE_MS, most);
    },
  };
}
