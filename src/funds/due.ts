// What has to be asked now. Guarantees: what is fresh and usable is not asked for; what is unknown is, but of the net not
// more often than every `leaveAloneMs`; units are never read without the AUM that checks them, nor AUM without units, so
// that a mode trades on the same numbers whatever other accounts asked for.

import type { FundNeed, FundQuestion } from '../ports.ts';
import type { Assembled } from './assemble-facts.ts';
import { CBR } from './cbr.ts';
import type { FundSources } from './fund-sources.ts';
import type { Gathered, Moment } from './gather-evidence.ts';
import type { SourceKind } from './source.ts';

export type Answers = ReadonlyMap<string, Assembled & { readonly gathered: Gathered }>;

/** Questions that lack the same kinds. */
export interface Due {
  readonly questions: FundQuestion[];
  readonly kinds: ReadonlySet<SourceKind>;
  /** Asked not long ago: only what costs no request may be asked. */
  readonly localOnly: boolean;
}

export interface Asking {
  readonly questions: readonly FundQuestion[];
  readonly needs: ReadonlySet<FundNeed>;
  readonly answers: Answers;
  readonly moment: Moment;
}

const KIND_OF: Readonly<Record<FundNeed, SourceKind>> = { market_cap: 'units', aum: 'aum', nav: 'nav' };

export function whatIsDue(
  shared: FundSources,
  { questions, needs, answers, moment }: Asking,
): readonly Due[] {
  const groups = new Map<string, Due>();
  const limits = limitsOf(shared, moment);
  for (const question of questions) {
    const answered = answers.get(question.ticker);
    const kinds = [...needs]
      .map((need) => KIND_OF[need])
      .filter((kind) => isDue(shared, question.ticker, kind, answered, limits.freshMs));
    const checks = (kinds.length > 0 ? [] : checksOf(needs, question)).filter(
      (kind) => !isFresh(shared, question.ticker, kind, limits.freshMs),
    );
    const wanted = answered?.wants ?? null;
    for (const localOnly of [false, true]) {
      // A check that nobody could give is no reason to read files at every question.
      const all = new Set([...kinds, ...(localOnly ? [] : checks), ...(wanted === null ? [] : [wanted])]);
      const part = [...all].filter(
        (kind) => shared.askedAtMs(question.ticker, kind) > limits.againMs === localOnly,
      );
      if (part.length === 0) continue;
      const key = `${localOnly} ${part.toSorted().join(' ')}`;
      const group = groups.get(key) ?? { questions: [], kinds: new Set(part), localOnly };
      groups.set(key, group);
      group.questions.push(question);
    }
  }
  return [...groups.values()];
}

/**
 * The other side of the ratio, where only one is needed; nobody knows the AUM of a share. Asked for last: the venue's
 * list may have given it for nothing.
 */
function checksOf(needs: ReadonlySet<FundNeed>, { listing }: FundQuestion): SourceKind[] {
  if (listing.kind === 'share' || needs.has('market_cap') === needs.has('aum')) return [];
  return needs.has('market_cap') ? ['aum'] : ['units'];
}

/** Exchange rates: only where some value is in another currency. */
export function areRatesDue(shared: FundSources, { questions, answers, moment }: Asking): boolean {
  const foreign = questions.some(
    ({ listing, ticker }) =>
      listing.currency.toUpperCase() !== 'RUB' ||
      (answers.get(ticker)?.gathered.currencies.size ?? 0) > 0 ||
      (['aum', 'nav'] as const).some((kind) =>
        shared.cache.newest(ticker, kind).some(({ currency }) => currency !== 'RUB'),
      ),
  );
  if (!foreign) return false;
  const { freshMs, againMs } = limitsOf(shared, moment);
  const newestMs = shared.cache.newestOf('USD', 'price', CBR)?.fetchedAtMs ?? Number.NEGATIVE_INFINITY;
  return newestMs < freshMs && shared.askedAtMs(CBR, 'price') <= againMs;
}

/** With the cache switched off, what was asked for since the question was put serves all that wait for it. */
function limitsOf({ settings, clock }: FundSources, { sinceMs }: Moment) {
  if (!settings.cacheEnabled) return { freshMs: sinceMs, againMs: sinceMs - 1 };
  return { freshMs: clock.now() - settings.ttlMs, againMs: clock.now() - settings.leaveAloneMs };
}

/** Nothing fresh, or what there is cannot be used. MOEX's worth of a unit counts for the AUM that it makes. */
function isDue(
  shared: FundSources,
  ticker: string,
  kind: SourceKind,
  answered: Assembled | undefined,
  freshMs: number,
): boolean {
  const finding = { units: answered?.facts.units, aum: answered?.facts.aum, nav: answered?.facts.nav }[kind];
  return finding === undefined || finding.kind === 'unknown' || !isFresh(shared, ticker, kind, freshMs);
}

function isFresh({ cache }: FundSources, ticker: string, kind: SourceKind, freshMs: number): boolean {
  const values = cache.newest(ticker, kind);
  const makes = kind === 'aum' ? cache.newest(ticker, 'nav') : [];
  return [...values, ...makes].some(({ fetchedAtMs }) => fetchedAtMs >= freshMs);
}
