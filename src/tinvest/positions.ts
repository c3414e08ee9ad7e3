// What an account holds: pieces and cash, from GetPositions; average prices, from GetPortfolio.
// Guarantees: an answer that is still loading, is about another account, names an instrument twice or shows a short
// position is refused whole; nothing is added up from halves, or taken from an answer that may be one.

import {
  type PortfolioResponse,
  PositionsResponse,
  type PositionsSecurities,
} from 'tinkoff-invest-api/dist/generated/operations.js';
import { add, isNegative, type Money, money, NO_MONEY, price, raw } from '../core/units.ts';
import { type AveragePrice, type Positions, type SecurityPosition, WorldError } from '../ports.ts';
import { amountOf, isRub, type MoneyValue, piecesOf, refuse, signedPiecesOf } from './convert.ts';

/**
 * A reply that names its account is whole: that field is the last one, and a message cut short decodes without
 * complaint. One that does not is read again, and counts where both are the same.
 * @throws {WorldError} refused_data
 */
export async function wholePositions(read: () => Promise<PositionsResponse>): Promise<PositionsResponse> {
  const reply = await read();
  if (reply.accountId !== '') return reply;
  const again = await read();
  const isSame =
    Buffer.compare(PositionsResponse.encode(again).finish(), PositionsResponse.encode(reply).finish()) === 0;
  if (again.accountId === '' && !isSame)
    refuse('two answers about positions, neither names its account, differ: one of them is cut short');
  return again;
}

/** @throws {WorldError} refused_data */
export function positionsOf(reply: PositionsResponse, brokerAccount: string): Positions {
  assertAccount(reply.accountId, brokerAccount, 'positions');
  if (reply.limitsLoadingInProgress)
    throw new WorldError(
      'refused_data',
      `the broker is still loading the limits of account ${brokerAccount}: its positions cannot be trusted yet`,
      'soon',
    );
  const securities = [
    ...reply.securities.map(securityOf),
    ...reply.futures.map((held) => derivativeOf(held, 'future')),
    ...reply.options.map((held) => derivativeOf(held, 'option')),
  ];
  assertDistinct(
    securities.map((security) => security.uid),
    `instrument in the positions of account ${brokerAccount}`,
  );
  const cash = amounts(reply.money, `money of account ${brokerAccount}`);
  const blocked = amounts(reply.blocked, `blocked money of account ${brokerAccount}`);
  const blockedCash = blocked.get('rub') ?? NO_MONEY;
  if (isNegative(blockedCash)) refuse(`blocked RUB of account ${brokerAccount} is negative`);
  return {
    cash: cash.get('rub') ?? NO_MONEY,
    blockedCash,
    securities,
    foreignCash: foreignCash(cash, blocked),
  };
}

function securityOf(held: PositionsSecurities): SecurityPosition {
  const name = `the position in ${held.instrumentUid || held.figi || '(no id)'}`;
  if (held.instrumentUid === '') refuse(`${name} has no instrument uid`);
  if (held.balance + held.blocked < 0)
    refuse(`${name} is short (${held.balance + held.blocked} pieces): short positions are not supported`);
  const free = piecesOf(held.balance, `balance of ${name}`);
  const blocked = piecesOf(held.blocked, `blocked pieces of ${name}`);
  return {
    uid: held.instrumentUid,
    pieces: add(free, blocked),
    blocked,
    frozen: held.exchangeBlocked,
    kind: held.instrumentType.toLowerCase() || 'other',
  };
}

interface Derivative {
  readonly instrumentUid: string;
  readonly balance: number;
  readonly blocked: number;
}

/** Never traded here, shown only: may be short. */
function derivativeOf(held: Derivative, kind: 'future' | 'option'): SecurityPosition {
  const name = `the ${kind} ${held.instrumentUid || '(no id)'}`;
  if (held.instrumentUid === '') refuse(`${name} has no instrument uid`);
  const blocked = signedPiecesOf(held.blocked, `blocked pieces of ${name}`);
  const pieces = add(signedPiecesOf(held.balance, `balance of ${name}`), blocked);
  return { uid: held.instrumentUid, pieces, blocked, frozen: false, kind };
}

const CURRENCY = /^[a-z\d]{2,12}$/i;

/** Amount per currency, lower case. @throws {WorldError} refused_data */
function amounts(values: readonly MoneyValue[], field: string): ReadonlyMap<string, Money> {
  assertDistinct(
    values.map((value) => value.currency.toLowerCase()),
    `currency in the ${field}`,
  );
  // Of what is no currency nobody knows whether it is the rubles that are missing elsewhere.
  const strange = values.find(
    (value) => !CURRENCY.test(value.currency) && (value.units !== 0 || value.nano !== 0),
  );
  if (strange)
    refuse(`${JSON.stringify(strange.currency)} in the ${field} is no currency; expected one such as "rub"`);
  return new Map(
    values.map((value) => [
      value.currency.toLowerCase(),
      money(amountOf(value, `${value.currency} in the ${field}`)),
    ]),
  );
}

function foreignCash(
  cash: ReadonlyMap<string, Money>,
  blocked: ReadonlyMap<string, Money>,
): Positions['foreignCash'] {
  const currencies = new Set([...cash.keys(), ...blocked.keys()].filter((currency) => !isRub(currency)));
  return [...currencies]
    .map((currency) => ({
      currency,
      amount: add(cash.get(currency) ?? NO_MONEY, blocked.get(currency) ?? NO_MONEY),
    }))
    .filter(({ amount }) => raw(amount) !== 0n);
}

/**
 * Average purchase prices in RUB by uid; `null` where the venue gives none that makes sense (an unknown cost basis).
 * @throws {WorldError} refused_data where the answer is about another account
 */
export function averagePricesOf(
  reply: PortfolioResponse,
  brokerAccount: string,
): ReadonlyMap<string, AveragePrice> {
  assertAccount(reply.accountId, brokerAccount, 'portfolio');
  return new Map(
    reply.positions.map((position) => [
      position.instrumentUid,
      {
        average: averageOf(position.averagePositionPrice),
        fifo: averageOf(position.averagePositionPriceFifo),
      },
    ]),
  );
}

export function holdsSecurities(reply: PortfolioResponse, brokerAccount: string): boolean {
  assertAccount(reply.accountId, brokerAccount, 'portfolio');
  return reply.positions.some(
    ({ instrumentType, quantity }) =>
      instrumentType !== 'currency' &&
      quantity !== undefined &&
      (quantity.units !== 0 || quantity.nano !== 0),
  );
}

function averageOf(value: MoneyValue | undefined): AveragePrice['average'] {
  if (value === undefined || !isRub(value.currency)) return null;
  try {
    const nano = amountOf(value, 'average price');
    return nano > 0n ? price(nano) : null;
  } catch (error) {
    if (error instanceof WorldError) return null;
    throw error;
  }
}

function assertAccount(echoed: string, asked: string, what: string): void {
  if (echoed !== '' && echoed !== asked)
    refuse(`asked for the ${what} of account ${asked}, the answer is about account ${echoed}`);
}

function assertDistinct(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`${JSON.stringify(twice)} occurs twice as ${what}`);
}
