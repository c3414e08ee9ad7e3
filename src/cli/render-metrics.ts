// The tables of `metrics`: two lines per ticker (numbers, then sources and ages), the weights of every mode below, and
// last, in words, whatever is missing.

import { type Finding, type FundFacts, premiumPercent } from '../core/fund-facts.ts';
import { decimal, type Money, type Price, raw, type Shares } from '../core/units.ts';
import { WEIGHTINGS, type WeightingMode } from '../core/weights/registry.ts';
import { type Align, aligned } from './aligned.ts';
import { folded, grouped, moscowTime } from './amounts.ts';
import { age, scaled } from './magnitude.ts';
import type { Metrics, ModeWeights, WalletWeights } from './metrics-reading.ts';
import type { Paint } from './paint.ts';

const RIGHT: readonly Align[] = Array.from({ length: 8 }, () => 'right');
const ALIGNS: readonly Align[] = ['left', ...RIGHT];

/** Names that fit a column. */
const SHORT: Readonly<Record<WeightingMode, string>> = {
  manual: 'manual',
  marketcap: 'mcap',
  aum: 'AUM',
  marketcap_aum: 'mcap/AUM',
  decorrelation: 'decorr',
  equal: 'equal',
  inverse_volatility: 'inv.vol',
  sharpe: 'sharpe',
};

export function metricsText(metrics: Metrics, paint: Paint, width: number): string {
  const { facts, atMs } = metrics;
  const rows = [...facts.values()].flatMap((each) => [numbers(each), sources(each, atMs)]);
  const [head = '', ...lines] = aligned(
    [['', 'units', 'price', 'market cap', 'AUM', 'premium'], ...rows],
    ALIGNS,
    '  ',
  );
  const body = lines.map((line, at) => (at % 2 === 0 ? line : paint.dim(line)));
  const missing = missingLines(metrics).map((line) => folded(line, width));
  return [
    paint.bold(`fund data, ${moscowTime(atMs, 'yyyy-MM-dd HH:mm')}`),
    paint.bold(head),
    ...body,
    ...metrics.wallets.flatMap((wallet) => ['', ...weightLines(wallet, paint, width)]),
    ...(missing.length > 0 ? ['', ...missing] : []),
    '',
  ].join('\n');
}

const numbers = (facts: FundFacts): string[] => {
  const premium = premiumPercent(facts);
  return [
    facts.ticker,
    cell(facts.units, (count: Shares) => scaled(raw(count).toString())),
    cell(facts.price, (price: Price) => grouped(decimal(price))),
    cell(facts.marketCap, (amount: Money) => scaled(decimal(amount))),
    cell(facts.aum, (amount: Money) => scaled(decimal(amount))),
    premium === null ? '-' : `${premium > 0 ? '+' : ''}${premium.toFixed(2)}%`,
  ];
};

const sources = ({ units, price, aum }: FundFacts, atMs: number): string[] => [
  '',
  origin(units, atMs),
  origin(price, atMs),
  '',
  origin(aum, atMs),
  '',
];

const cell = <Value>(finding: Finding<Value>, text: (value: Value) => string): string =>
  finding.kind === 'known' ? text(finding.value) : '-';

const origin = (finding: Finding<unknown>, atMs: number): string =>
  finding.kind === 'known' ? `${finding.source} ${age(atMs - finding.asOfMs)}` : '';

function weightLines({ account, modes }: WalletWeights, paint: Paint, width: number): string[] {
  const tickers = [...(modes[0]?.weighed.kind === 'weights' ? modes[0].weighed.weights.keys() : [])];
  const rows = tickers.map((ticker) => [
    ticker,
    ...modes.map(({ weighed }) =>
      weighed.kind === 'weights' ? (weighed.weights.get(ticker) ?? 0).toFixed(2) : '-',
    ),
  ]);
  const [head = '', ...lines] = aligned(
    [['', ...modes.map(({ mode }) => SHORT[mode])], ...rows],
    ALIGNS,
    '  ',
  );
  const notes = notesOf(modes);
  const title =
    account === null ? 'weights in percent, of equal parts' : `weights in percent, account ${account}`;
  return [paint.bold(title), paint.bold(head), ...lines, ...notes.map((note) => folded(note, width))];
}

/** The modes by fund data lack what is named below anyway: once for all of them. */
function notesOf(modes: readonly ModeWeights[]): string[] {
  const unknown = modes.filter(({ weighed }) => weighed.kind === 'unknown');
  const byFundData = unknown.filter(({ mode }) => !WEIGHTINGS[mode].needs.includes('closes'));
  return [
    ...modes.flatMap(({ weighed }) => (weighed.kind === 'weights' ? weighed.warnings : [])),
    ...unknown.flatMap(({ mode, weighed }) =>
      weighed.kind === 'unknown' && WEIGHTINGS[mode].needs.includes('closes')
        ? [`${mode}: ${weighed.because}`]
        : [],
    ),
    ...(byFundData.length > 0
      ? [`${byFundData.map(({ mode }) => mode).join(', ')}: not weighed for want of what is named below`]
      : []),
  ];
}

function missingLines({ facts, unresolved }: Metrics): string[] {
  const unknown = [...facts.values()].flatMap(({ units, marketCap, aum }) =>
    Object.entries({ units, 'market cap': marketCap, AUM: aum }).flatMap(([datum, finding]) =>
      finding.kind === 'unknown' ? [`${datum} of ${finding.because}`] : [],
    ),
  );
  return [...unknown, ...[...unresolved].map(([ticker, because]) => `${ticker}: ${because}`)];
}
