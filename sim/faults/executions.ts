// How the venue carries orders out: at once unless a fault is drawn; else in parts, later, or not at all.

import type { ExecutionPlan } from '../../src/exchange/desk.ts';
import { isActive, type NewOrder } from '../../src/exchange/order.ts';
import type { World } from '../world/world.ts';
import { cancelLater, turnDownLater } from './resting-orders.ts';

export class Executions {
  /** Keys of orders that rest, whatever else is drawn. */
  private readonly resting = new Set<string>();

  constructor(private readonly world: World) {
    world.exchange.faults.planFor = (order) => this.planFor(order);
  }

  /** Nothing of the order is carried out when it comes. */
  letRest(key: string): void {
    this.resting.add(key);
  }

  /** Something of a resting order is executed while its cancel is on its way. */
  fillBeforeCancel(id: string): void {
    const { world } = this;
    const { exchange, swarm, options } = world;
    const order = exchange.desk.orders.find((each) => each.id === id);
    if (options.onlyAccount || order === undefined || !isActive(order)) return;
    const dice = swarm.fires('order_partly_filled', 0.2);
    if (dice === null) return;
    world.hit('order_partly_filled', order.key);
    order.plan = [{ atMs: exchange.now(), lots: dice.chance(0.6) ? 1n : order.lots }];
  }

  private planFor(order: NewOrder): ExecutionPlan | null {
    const { world } = this;
    const { swarm, options } = world;
    if (options.onlyAccount && world.accountOf(order.accountId)?.id !== options.onlyAccount) return null;
    if (this.resting.has(order.key)) return { kind: 'rest' };
    const rest = swarm.fires('order_rests', 0.3);
    const part = order.lots > 1n ? swarm.fires('order_partly_filled', 0.35) : null;
    const down = swarm.fires('order_turned_down', 0.13);
    const later = swarm.fires('order_turned_down_later', 0.13);
    const cut = swarm.fires('order_cancelled_later', 0.13);
    if (down !== null) {
      world.hit('order_turned_down', order.key);
      return { kind: 'reject', message: 'turned down' };
    }
    if (later !== null) {
      world.hit('order_turned_down_later', order.key);
      turnDownLater(world, order, later.whole(0, 20_000));
      return { kind: 'rest' };
    }
    if (cut !== null) {
      world.hit('order_cancelled_later', order.key);
      cancelLater(world, order, cut.whole(0, 20_000));
      return { kind: 'partial', now: BigInt(cut.whole(0, order.lots > 1n ? 1 : 0)), later: [] };
    }
    if (part !== null) {
      world.hit('order_partly_filled', order.key);
      const now = BigInt(part.whole(0, Number(order.lots < 1_000n ? order.lots - 1n : 999n)));
      const more = part.chance(0.6)
        ? [{ afterMs: part.whole(50, 40_000), lots: part.chance(0.5) ? 1n : order.lots }]
        : [];
      return { kind: 'partial', now, later: more };
    }
    if (rest === null) return null;
    world.hit('order_rests', order.key);
    return { kind: 'rest' };
  }
}
