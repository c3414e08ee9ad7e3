// Every unary method this venue answers, and which limits the tariff names for them.

import type { LimitGroup, LimitTable } from './limits.ts';
import type { Route } from './route.ts';
import { instrumentRoutes } from './service-instruments.ts';
import { marketDataRoutes } from './service-marketdata.ts';
import { operationRoutes } from './service-operations.ts';
import { orderRoutes } from './service-orders.ts';
import { sandboxRoutes } from './service-sandbox.ts';
import { userRoutes } from './service-users.ts';

export const ROUTES: ReadonlyMap<string, Route> = new Map(
  [
    ...instrumentRoutes,
    ...marketDataRoutes,
    ...operationRoutes,
    ...orderRoutes,
    ...userRoutes,
    ...sandboxRoutes,
  ].map((each) => [each.path, each]),
);

/** Limits with the full names of their methods, as GetUserTariff lists them. */
export function tariffOf(
  table: LimitTable,
): readonly { readonly perMinute: number; readonly methods: readonly string[] }[] {
  const groups = new Map<LimitGroup, string[]>();
  for (const each of ROUTES.values())
    groups.set(each.group, [...(groups.get(each.group) ?? []), each.path.slice(1)]);
  return [...groups].map(([group, methods]) => ({ perMinute: table[group], methods }));
}
