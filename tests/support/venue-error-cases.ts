// What can go wrong at the venue, as data: its state, the exit code of `start --once` and the record's status and reason.
// tests/errors.test.ts provokes each.

import { TOKEN } from './bot-process.ts';
import type { VenueAccount, VenueSettings } from './venue-process.ts';

export const ACCOUNT: VenueAccount = { token: TOKEN, id: '2000000001', cash: '1000000' };

export interface VenueCase {
  readonly name: string;
  readonly code: number;
  readonly status: string;
  readonly reason: RegExp;
  /** Commands to the venue (support/venue-process.ts) before the bot starts. */
  readonly tell?: readonly string[];
  readonly venue?: Partial<VenueSettings>;
  readonly keys?: Record<string, unknown>;
}

export const UNKNOWN = 'an order whose fate nobody knows, 7';

/** `start --once` against a venue in some state. Several take long, for reads are repeated: all run at once. */
export const VENUE: readonly VenueCase[] = [
  {
    name: 'a closed exchange is skipped, 0',
    code: 0,
    status: 'skipped',
    reason: /^MOEX is closed, no session in sight$/,
    venue: { calendar: 'closed' },
  },
  {
    name: 'data that must not be traded on is a skip, 0',
    code: 0,
    status: 'skipped',
    reason: /another account|2999999999/,
    tell: ['corrupt wrong_account 99'],
  },
  {
    name: 'an order that the exchange turns down is partial, 1',
    code: 1,
    status: 'partial',
    reason: /rejected/,
    tell: ['reject 1 not today'],
  },
  {
    name: 'an order that rests is cancelled and partial, 1',
    code: 1,
    status: 'partial',
    reason: /cancelled/,
    tell: ['rest 1'],
    keys: { order_wait_seconds: 1 },
  },
  {
    name: 'a read-only account is refused, 1',
    code: 1,
    status: 'failed',
    reason: /the token may only read account 2000000001/,
    venue: { accounts: [{ ...ACCOUNT, access: 'read_only' }] },
  },
  {
    name: 'an account that the token does not see, 1',
    code: 1,
    status: 'failed',
    reason: /no account has the id 2000000009, .*; the token sees 2000000001/,
    keys: { account_id: '2000000009' },
  },
  {
    name: 'two accounts of the type that was named, 1',
    code: 1,
    status: 'failed',
    reason: /several broker accounts: 2000000001 .*, 2000000002 .*; name one in account_id/,
    keys: { account_id: 'BROKER' },
    venue: { accounts: [ACCOUNT, { ...ACCOUNT, id: '2000000002' }] },
  },
  {
    name: 'a ticker that nobody lists names its neighbours, 1',
    code: 1,
    status: 'failed',
    reason: /TMOZ[\s\S]*TMOS/,
    keys: { desired_wallet: { TMOZ: 50, RUB: 50 } },
  },
  {
    name: 'a refused token, 3',
    code: 3,
    status: 'failed',
    reason: /the broker does not accept the token: issue a new one/,
    tell: [`revoke ${TOKEN}`],
  },
  {
    name: 'a method that is gone, 1',
    code: 1,
    status: 'failed',
    reason: /the contract changed, update the program/,
    tell: ['error GetPositions 12001 9'],
  },
  {
    name: 'a venue that always fails, 1',
    code: 1,
    status: 'failed',
    reason: /the broker cannot be reached \(OperationsService\/GetPositions: 70001/,
    tell: ['error GetPositions 70001 99'],
  },
  {
    name: 'a venue that answers nonsense is a skip, 0',
    code: 0,
    status: 'skipped',
    reason: /the reply cannot be decoded/,
    tell: ['lose GetPositions after broken_body 99'],
  },
  {
    name: 'a venue that is slow is waited for',
    code: 0,
    status: 'balanced',
    reason: /^$/,
    tell: ['delay GetPositions 1500 1'],
  },
  {
    name: UNKNOWN,
    code: 7,
    status: 'unknown_outcome',
    reason: /the outcome of an order is not known yet/,
    tell: ['lose PostOrder before unavailable 99'],
  },
];
