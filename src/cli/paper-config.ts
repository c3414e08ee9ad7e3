// The accounts that `paper` opens when nobody names a configuration: a drifted quarter-each portfolio, eleven funds from
// cash, and shares with large lots; as many of them as asked for, in turn. Tokens here open nothing but the embedded
// exchange. Shares have no AUM: under a mode that needs it their account stays `manual`.

import type { MODES } from '../config/schema-account.ts';

export type PaperMode = (typeof MODES)[number];

export interface PaperAccount {
  /** Account id at the embedded exchange. */
  readonly id: string;
  readonly token: string;
  readonly name: string;
  readonly cash: string;
  /** Pieces per ticker at the start. */
  readonly pieces: Readonly<Record<string, number>>;
  /** Whether the exchange lends it money. */
  readonly margin: boolean;
}

export interface PaperWishes {
  readonly mode: PaperMode;
  /** How many accounts. */
  readonly accounts: number;
  /** The first kind of account borrows as much again as it owns. */
  readonly margin: boolean;
}

/** Where the embedded exchange shows fund data, as `fund_data.urls` names the sources. */
export interface PaperFundUrls {
  readonly tCapital: string;
  readonly smartfeed: string;
  readonly moexIss: string;
  readonly cbr: string;
}

export const PAPER_ACCOUNTS_DEFAULT = 3;
export const PAPER_ACCOUNTS_MAX = 50;

const FIRST_ID = 2_000_000_001;
const NEED_AUM: ReadonlySet<PaperMode> = new Set(['aum', 'decorrelation']);
const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TMON', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ', 'TRND', 'TITR'];

interface Kind {
  readonly id: string;
  readonly name: string;
  readonly cash: string;
  readonly pieces: Readonly<Record<string, number>>;
  /** Different ways to name an account, for somebody to look at. */
  readonly selector: 'id' | 'BROKER' | '0';
  readonly wallet: Readonly<Record<string, number>>;
}

const KINDS: readonly [Kind, ...Kind[]] = [
  {
    id: 'quarters',
    name: 'Четыре четверти',
    cash: '250000.37',
    // About 32, 18 and 25 % of a million rubles at the exchange's starting prices.
    pieces: { TMOS: 49_230, TBRU: 24_258, TRUR: 24_414 },
    selector: 'id',
    wallet: { TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 },
  },
  {
    id: 'funds',
    name: 'Одиннадцать фондов',
    cash: '500000.00',
    pieces: {},
    selector: 'BROKER',
    wallet: Object.fromEntries(FUNDS.map((ticker) => [ticker, 9])),
  },
  {
    id: 'shares',
    name: 'Акции',
    cash: '3000000.00',
    pieces: {},
    selector: '0',
    wallet: { SBER: 20, LKOH: 15, GAZP: 15, AFLT: 10, AFKS: 10, FEES: 10, ROSN: 10, RUB: 10 },
  },
];

/** The kind of the n-th account and what sets it apart: nothing in the first round, then 2, 3, ... */
function seat(index: number): { readonly kind: Kind; readonly round: number } {
  return { kind: KINDS[index % KINDS.length] ?? KINDS[0], round: Math.floor(index / KINDS.length) + 1 };
}

const numbered = (text: string, round: number, gap: string): string =>
  round === 1 ? text : `${text}${gap}${round}`;

const borrows = (kind: Kind, wishes: PaperWishes): boolean => wishes.margin && kind === KINDS[0];

const seats = (wishes: PaperWishes) =>
  Array.from({ length: wishes.accounts }, (_, index) => ({ index, ...seat(index) }));

/** What is to be opened at the exchange. */
export const paperAccounts = (wishes: PaperWishes): readonly PaperAccount[] =>
  seats(wishes).map(({ index, kind, round }) => ({
    id: String(FIRST_ID + index),
    token: numbered(`t.paper-${kind.id}`, round, '-'),
    name: numbered(kind.name, round, ' '),
    cash: kind.cash,
    pieces: kind.pieces,
    margin: borrows(kind, wishes),
  }));

/** The configuration that goes with them, as CONFIG.json has it. */
export const paperConfig = (wishes: PaperWishes, endpoint: string, urls: PaperFundUrls) => ({
  accounts: seats(wishes).map(({ index, kind, round }) => ({
    id: numbered(kind.id, round, '_'),
    name: numbered(kind.name, round, ' '),
    t_invest_token: numbered(`t.paper-${kind.id}`, round, '-'),
    account_id: kind.selector === 'id' ? String(FIRST_ID + index) : kind.selector,
    desired_wallet: kind.wallet,
    desired_mode: kind.id === 'shares' && NEED_AUM.has(wishes.mode) ? 'manual' : wishes.mode,
    ...(borrows(kind, wishes) ? { margin_trading: MARGIN } : {}),
  })),
  endpoint,
  fund_data: {
    // Not `files`: those of the directory it is started in are about real funds.
    sources: ['t_invest', 'smartfeed', 't_capital', 'moex_iss'],
    urls: { t_capital: urls.tCapital, smartfeed: urls.smartfeed, moex_iss: urls.moexIss, cbr: urls.cbr },
  },
});

const MARGIN = {
  enabled: true,
  multiplier: 2,
  max_margin_size: 1_000_000,
  balancing_strategy: 'keep_if_small',
};
