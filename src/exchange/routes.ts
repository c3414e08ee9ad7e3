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

const METHODS: ReadonlyMap<LimitGroup, readonly Route[]> = Map.groupBy(ROUTES.values(), ({ group }) => group);

/** Limits with the full names of their methods, as GetUserTariff lists them. */
export const tariffOf = (
  table: LimitTable,
): readonly { readonly perMinute: number; readonly methods: readonly string[] }[] =>
  [...METHODS].map(([group, routes]) => ({
    perMinute: table[group],
    methods: routes.map(({ path }) => path.slice(1)),
  }));
