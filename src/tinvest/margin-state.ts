// What the broker says an account is good for: GetMarginAttributes. An account that may not borrow is an answer, not an
// error. Guarantees: amounts are in RUB and exact; requirements below zero are refused.

import type {
  GetMarginAttributesRequest,
  GetMarginAttributesResponse,
} from 'tinkoff-invest-api/dist/generated/users.js';
import type { MarginReport } from '../core/margin-state.ts';
import { decimal, isNegative, type Money } from '../core/units.ts';
import type { Calls } from './call.ts';
import { type MoneyValue, refuse, rubles } from './convert.ts';
import { worldError } from './failure.ts';
import type { Method } from './methods.ts';

/** "Account margin status is disabled". */
const MARGIN_DISABLED = '30051';

type MarginMethod = Method<GetMarginAttributesRequest, GetMarginAttributesResponse>;

/**
 * @param method `null` where the contour has none
 * @throws {WorldError}
 */
export async function readMarginState(
  calls: Calls,
  method: MarginMethod | null,
  brokerAccount: string,
): Promise<MarginReport> {
  if (method === null) return { kind: 'disabled', because: "the broker's sandbox has no margin trading" };
  const answer = await calls.ask(method, { accountId: brokerAccount });
  if (!answer.ok) {
    const { failure } = answer;
    if (failure.code !== MARGIN_DISABLED) throw worldError(failure, method.path);
    return {
      kind: 'disabled',
      because: `the broker says ${failure.code}: margin trading is switched off for account ${brokerAccount}`,
    };
  }
  const { liquidPortfolio, startingMargin, minimalMargin } = answer.response;
  return {
    kind: 'enabled',
    liquid: rubles(liquidPortfolio, 'liquid_portfolio'),
    starting: requirement(startingMargin, 'starting_margin'),
    minimal: requirement(minimalMargin, 'minimal_margin'),
  };
}

function requirement(value: MoneyValue | undefined, field: string): Money {
  const amount = rubles(value, field);
  if (isNegative(amount)) refuse(`${field} is ${decimal(amount)} RUB; expected 0 or more`);
  return amount;
}
