// The accounts that `paper` opens when nobody names a configuration: a drifted quarter-each portfolio, eleven funds from
// cash, and shares with large lots. Tokens here open nothing but the embedded exchange.

export interface PaperAccount {
  /** Account id at the embedded exchange. */
  readonly id: string;
  readonly token: string;
  readonly name: string;
  readonly cash: string;
  /** Pieces per ticker at the start. */
  readonly pieces: Readonly<Record<string, number>>;
}

/** Pieces are worth about 32, 18 and 25 % of a million rubles at the exchange's starting prices. */
export const PAPER_ACCOUNTS: readonly PaperAccount[] = [
  {
    id: '2000000001',
    token: 't.paper-quarters',
    name: 'Четыре четверти',
    cash: '250000.37',
    pieces: { TMOS: 49_230, TBRU: 24_258, TRUR: 24_414 },
  },
  { id: '2000000002', token: 't.paper-funds', name: 'Одиннадцать фондов', cash: '500000.00', pieces: {} },
  { id: '2000000003', token: 't.paper-shares', name: 'Акции', cash: '3000000.00', pieces: {} },
];

const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TMON', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ', 'TRND', 'TITR'];

export const PAPER_CONFIG = {
  accounts: [
    {
      id: 'quarters',
      name: 'Четыре четверти',
      t_invest_token: 't.paper-quarters',
      account_id: '2000000001',
      desired_wallet: { TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 },
    },
    {
      id: 'funds',
      name: 'Одиннадцать фондов',
      t_invest_token: 't.paper-funds',
      account_id: 'BROKER',
      desired_wallet: Object.fromEntries(FUNDS.map((ticker) => [ticker, 9])),
    },
    {
      id: 'shares',
      name: 'Акции',
      t_invest_token: 't.paper-shares',
      account_id: '0',
      desired_wallet: { SBER: 20, LKOH: 15, GAZP: 15, AFLT: 10, AFKS: 10, FEES: 10, ROSN: 10, RUB: 10 },
    },
  ],
};
