// What the venue's types of operation are to us. Only money that crosses the account's border is a deposit or a
// withdrawal: to or from a card, a bank, another account of the same owner. Securities that are moved, fees on moving
// money, taxes, payouts, results of futures, and every type that is not known here are `other`.

import { OperationType } from 'tinkoff-invest-api/dist/generated/operations.js';
import type { Operation } from '../ports.ts';

const TYPES: Readonly<Record<Exclude<Operation['kind'], 'other'>, readonly OperationType[]>> = {
  buy: [
    OperationType.OPERATION_TYPE_BUY,
    OperationType.OPERATION_TYPE_BUY_CARD,
    OperationType.OPERATION_TYPE_BUY_MARGIN,
    OperationType.OPERATION_TYPE_DELIVERY_BUY,
  ],
  sell: [
    OperationType.OPERATION_TYPE_SELL,
    OperationType.OPERATION_TYPE_SELL_CARD,
    OperationType.OPERATION_TYPE_SELL_MARGIN,
    OperationType.OPERATION_TYPE_DELIVERY_SELL,
  ],
  deposit: [
    OperationType.OPERATION_TYPE_INPUT,
    OperationType.OPERATION_TYPE_INPUT_SWIFT,
    OperationType.OPERATION_TYPE_INPUT_ACQUIRING,
    OperationType.OPERATION_TYPE_INP_MULTI,
  ],
  withdrawal: [
    OperationType.OPERATION_TYPE_OUTPUT,
    OperationType.OPERATION_TYPE_OUTPUT_SWIFT,
    OperationType.OPERATION_TYPE_OUTPUT_ACQUIRING,
    OperationType.OPERATION_TYPE_OUT_MULTI,
  ],
};

const KINDS: ReadonlyMap<OperationType, Operation['kind']> = new Map([
  ...TYPES.buy.map((type) => [type, 'buy'] as const),
  ...TYPES.sell.map((type) => [type, 'sell'] as const),
  ...TYPES.deposit.map((type) => [type, 'deposit'] as const),
  ...TYPES.withdrawal.map((type) => [type, 'withdrawal'] as const),
]);

export const operationKind = (type: OperationType): Operation['kind'] => KINDS.get(type) ?? 'other';
