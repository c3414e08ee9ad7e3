// The accounts of a seed: 1 to 4 blocks as CONFIG.json has them, with what each holds at the venue; modes and rules are
// drawn in generate-rules.ts. Guarantees: every block is valid; the same seed gives the same.

import { defaultCatalogue } from '../../src/exchange/catalogue.ts';
import type { Instrument } from '../../src/exchange/instrument.ts';
import { type Dice, diceOf } from '../world/streams.ts';
import { believedOf, FUNDS, rulesOf } from './generate-rules.ts';
import { livelinessOf } from './generate-venue.ts';

const MINUTE_MS = 60_000;

export interface SimAccount {
  readonly id: string;
  readonly token: string;
  readonly brokerAccount: string;
  readonly type: 'broker' | 'iis';
  /** The block of CONFIG.json. */
  readonly block: Readonly<Record<string, unknown>>;
  /** RUB as a decimal. */
  readonly cash: string;
  readonly pieces: Readonly<Record<string, number>>;
  /** Percent per ticker, RUB included; what weights mean here is checked against the venue's books. */
  readonly wallet: Readonly<Record<string, number>>;
  /** About what it is worth at the start, RUB. */
  readonly equity: number;
  readonly intervalMs: number;
  readonly dryRun: boolean;
  /** Whether the owner has margin trading on at the broker, as the block has. */
  readonly borrows: boolean;
  /** No rule or mode moves its targets: in the end it must hold what the wallet says. */
  readonly plain: boolean;
  /** Its orders may wait, in the book or for a person, in every iteration. */
  readonly patient: boolean;
}

/** Funds with lots of one piece, shares with lots of 1 to 10,000: price of a piece in RUB and pieces of a lot. */
export const PAPERS: Readonly<Record<string, { readonly price: number; readonly lot: number }>> = {
  TMOS: { price: 6.5, lot: 1 },
  TRUR: { price: 10.24, lot: 1 },
  TGLD: { price: 14.65, lot: 1 },
  TBRU: { price: 7.42, lot: 1 },
  SBER: { price: 300.5, lot: 1 },
  LKOH: { price: 5900, lot: 1 },
  GAZP: { price: 126.4, lot: 10 },
  AFKS: { price: 14.215, lot: 100 },
  FEES: { price: 0.07224, lot: 10_000 },
};
export const TICKERS = Object.keys(PAPERS);

/** What the venue lists: a small list, for a day's lists are read and decoded by every life. */
export const SIM_CATALOGUE: readonly Instrument[] = defaultCatalogue().filter(
  ({ ticker, apiTradable }) =>
    TICKERS.includes(ticker.replace(/@$/, '')) && (apiTradable || ticker === 'TMOS'),
);

/** Whether nothing written keeps it from trading in its first iteration. */
export const tradesAtOnce = ({ dryRun, block: { rebalance } }: SimAccount): boolean =>
  !dryRun && !['calendar', 'window'].some((key) => key in Object(rebalance));

const FIRST_BROKER_ACCOUNT = 2_000_000_001;

export function generateAccounts(seed: number): readonly SimAccount[] {
  const dice = diceOf(seed, 'accounts');
  const count = dice.chance(0.95) ? 1 : dice.pick([2, 2, 2, 2, 3]);
  const intervalMs = dice.pick([10, 15, 30, 60, 60, 60]) * MINUTE_MS;
  const oneToken = dice.chance(0.3);
  const written = Array.from({ length: count }, (_, at) => generateAccount(seed, at, intervalMs, oneToken));
  const accounts = written.map((account, at) => named(account, written, diceOf(seed, `named ${at}`)));
  // The broker's sandbox lends nothing; and all of one token are there or none.
  const isSandbox = !accounts.some(({ borrows }) => borrows) && diceOf(seed, 'contour').chance(0.06);
  return isSandbox ? accounts.map(inSandbox) : accounts;
}

/** The only account of its token may be meant by its kind or its place, too. */
function named(account: SimAccount, all: readonly SimAccount[], dice: Dice): SimAccount {
  const isAlone = all.filter(({ token }) => token === account.token).length === 1;
  if (!isAlone || !dice.chance(0.12)) return account;
  const kind = account.type === 'iis' ? dice.pick(['ISS', 'iis']) : dice.pick(['BROKER', 'broker']);
  return { ...account, block: { ...account.block, account_id: dice.pick([kind, kind, 'INDEX:0', '0']) } };
}

const inSandbox = (account: SimAccount): SimAccount => ({
  ...account,
  block: { ...account.block, broker: 'sandbox' },
});

function generateAccount(seed: number, at: number, intervalMs: number, oneToken: boolean): SimAccount {
  const dice = diceOf(seed, `account ${at}`);
  const id = `acc${at + 1}`;
  const token = `t.sim-${oneToken ? 'shared' : at + 1}_9kQzR4vXw2Lm7TdBnHs0`;
  const brokerAccount = String(FIRST_BROKER_ACCOUNT + at);
  const wallet = walletOf(dice);
  const equity = dice.chance(0.08) ? dice.spread(3e7, 3e8) : dice.spread(30_000, 8e6);
  const dryRun = dice.chance(0.04);
  const rules = rulesOf(diceOf(seed, `rules ${at}`), {
    wallet,
    equity,
    hasHistory: livelinessOf(seed) === 1,
  });
  // Bands are looked at from inside only by those who are near their targets.
  const isNear = rules.keys.rebalance !== undefined && dice.chance(0.9);
  const { cash, pieces } = isNear
    ? nearTargets(dice, { wallet, equity, bandPp: bandOf(rules.keys) })
    : holdingsOf(dice, dice.chance(0.8) ? withoutFunded(wallet, rules.keys) : wallet, equity);
  const block = {
    id,
    name: id,
    t_invest_token: token,
    account_id: brokerAccount,
    desired_wallet: wallet,
    balance_interval: intervalMs,
    ...(dryRun ? { dry_run: true } : {}),
    ...rules.keys,
    ...believedOf(diceOf(seed, `believed ${at}`)),
  };
  return {
    id,
    token,
    brokerAccount,
    type: dice.chance(0.1) ? 'iis' : 'broker',
    block,
    cash,
    pieces,
    wallet,
    equity,
    intervalMs,
    dryRun,
    borrows: rules.borrows,
    plain: rules.plain,
    patient: rules.patient,
  };
}

/** One to four tickers and RUB, in whole percents. */
function walletOf(dice: Dice): Record<string, number> {
  // A third of the wallets are of funds alone, which any mode can weigh.
  const among = dice.chance(0.33) ? TICKERS.filter((ticker) => FUNDS.has(ticker)) : TICKERS;
  const tickers = dice.some(among, Math.min(among.length, dice.pick([1, 1, 2, 2, 2, 2, 2, 2, 3, 4])));
  const rub = dice.pick([0, 0, 5, 10, 25]);
  const shares = tickers.map(() => dice.whole(1, 10));
  const sum = shares.reduce((total, share) => total + share, 0);
  const percents = shares.map((share) => Math.floor(((100 - rub) * share) / sum));
  const rest = 100 - rub - percents.reduce((total, percent) => total + percent, 0);
  const wallet: Record<string, number> = {};
  for (const [at, ticker] of tickers.entries()) wallet[ticker] = (percents[at] ?? 0) + (at === 0 ? rest : 0);
  if (rub > 0) wallet.RUB = rub;
  if (dice.chance(0.1)) wallet[dice.pick(['TGLD', 'SBER', 'GAZP'])] ??= 0;
  return wallet;
}

interface Holdings {
  readonly cash: string;
  readonly pieces: Record<string, number>;
}

interface Aimed {
  readonly wallet: Readonly<Record<string, number>>;
  readonly equity: number;
  /** Half the width of a band, percentage points. */
  readonly bandPp: number;
}

const bandOf = ({ rebalance }: Readonly<Record<string, unknown>>): number =>
  Number(Reflect.get(Object(rebalance), 'threshold_percent') ?? 5);

/** What would pay for the instruments that others' sale has to pay for: all the rest. */
function withoutFunded(
  wallet: Readonly<Record<string, number>>,
  { buy_requires_total_marginal_sell: funding }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, number>> {
  const listed = Object(funding).instruments as readonly string[] | undefined;
  return Object.fromEntries(Object.entries(wallet).filter(([ticker]) => !listed?.includes(ticker)));
}

/** What the wallet says, a little off; or one of it far off or near the edge of its band, and the others the other way. */
function nearTargets(dice: Dice, { wallet, equity, bandPp }: Aimed): Holdings {
  const sum = Object.values(wallet).reduce((total, percent) => total + percent, 0);
  const wanted = Object.entries(wallet).filter(([ticker, percent]) => ticker in PAPERS && percent > 0);
  const drift = dice.pick([0.03, 0.1, 0.3, 0.6]);
  const tilted = dice.chance(0.9) ? dice.whole(0, wanted.length - 1) : null;
  const edge = dice.pick([0.8, 1.3, 1.3, 1.5]) * bandPp;
  const tilt = dice.pick([-12, 12, edge, -edge, -edge, -edge, -edge]);
  // RUB, where it is wanted, is one of those that go the other way: it has what is left. Now and then it alone lacks.
  const isShort = wallet.RUB !== undefined && wanted.length > 1 && dice.chance(0.3);
  const others = isShort ? wanted.length : Math.max(1, wanted.length - (wallet.RUB === undefined ? 1 : 0));
  const pieces: Record<string, number> = {};
  let left = equity;
  for (const [at, [ticker, percent]] of wanted.entries()) {
    const paper = PAPERS[ticker];
    if (paper === undefined) continue;
    const share = (percent / sum) * 100;
    const off = isShort ? edge / others : at === tilted ? tilt : -tilt / others;
    const now = tilted === null && !isShort ? share * (1 + drift * (2 * dice.random() - 1)) : share + off;
    const value = Math.min(left, (equity * Math.max(0, now)) / 100);
    const count = Math.floor(value / (paper.price * paper.lot)) * paper.lot;
    if (count > 0) pieces[ticker] = count;
    left -= count * paper.price;
  }
  return { cash: Math.max(0, left).toFixed(2), pieces };
}

/** Anything from all cash to all securities, now and then a paper that the wallet does not name. */
function holdingsOf(dice: Dice, wallet: Readonly<Record<string, number>>, equity: number): Holdings {
  const tickers = Object.keys(wallet).filter((ticker) => ticker !== 'RUB');
  const stranger = dice.chance(0.15) ? dice.some(TICKERS, 1) : [];
  const pieces: Record<string, number> = {};
  let left = equity;
  for (const ticker of new Set([...tickers, ...stranger])) {
    const paper = PAPERS[ticker];
    if (paper === undefined || dice.chance(0.3)) continue;
    const value = Math.min(left, (equity / tickers.length) * dice.random() * 2);
    const lots = Math.floor(value / (paper.price * paper.lot));
    const odd = dice.chance(0.1) ? dice.whole(0, paper.lot - 1) : 0;
    if (lots * paper.lot + odd > 0) pieces[ticker] = lots * paper.lot + odd;
    left -= value;
  }
  return { cash: Math.max(0, left).toFixed(2), pieces };
}
