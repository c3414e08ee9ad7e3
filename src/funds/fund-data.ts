// Fund data for the accounts of one token: has asked what is due, once for all that wait, and answers from what is kept.
// Guarantees: never rejects for missing data; a warm cache costs no request and waits for nobody.

import type { FundFacts } from '../core/fund-facts.ts';
import type { FundData, FundNeed, FundQuestion, Market } from '../ports.ts';
import { type Assembled, assembleFacts } from './assemble-facts.ts';
import { type CloseMemory, createCloseMemory } from './close-memory.ts';
import { type Answers, type Asking, areRatesDue, whatIsDue } from './due.ts';
import { createFundAssets } from './fund-assets.ts';
import type { FundSources } from './fund-sources.ts';
import { type Gathered, gatherEvidence, type Moment } from './gather-evidence.ts';
import { createMoexIss } from './moex-iss.ts';
import { closeOfAum, priceBefore, priceNow } from './rub-price.ts';
import type { FundSource } from './source.ts';
import { createTInvestSource } from './t-invest.ts';

export interface FundDataOptions {
  /** Of the process. */
  readonly shared: FundSources;
  /** Of the token. */
  readonly market: Market;
}

export const createFundData = ({ shared, market }: FundDataOptions): FundData => new Service(shared, market);

type Facts = ReadonlyMap<string, FundFacts>;
type Needs = ReadonlySet<FundNeed>;

/** Asking, then once more for what settles a disagreement. */
const PASSES_MAX = 2;

class Service implements FundData {
  private readonly closes: CloseMemory;
  /** In order of preference. */
  private readonly sources: readonly FundSource[];

  constructor(
    private readonly shared: FundSources,
    market: Market,
  ) {
    const { settings, clock, boards, names } = shared;
    this.closes = createCloseMemory(market, clock, settings.leaveAloneMs);
    const assets = createFundAssets(
      market,
      clock,
      settings.cacheEnabled ? settings.ttlMs : settings.leaveAloneMs,
    );
    const all = [
      createTInvestSource(assets, clock),
      createMoexIss({ boards, assets, names }),
      ...shared.open,
    ];
    this.sources = settings.sources.flatMap((name) => all.find((source) => source.name === name) ?? []);
  }

  async facts(asked: readonly FundQuestion[], needs: Needs): Promise<Facts> {
    const { settings, clock } = this.shared;
    const questions = [...new Map(asked.map((question) => [question.ticker, question])).values()];
    const sinceMs = settings.cacheEnabled ? Number.NEGATIVE_INFINITY : clock.now();
    const look = async (): Promise<Asking> => {
      const moment = { nowMs: clock.now(), past: false, sinceMs };
      return { questions, needs, moment, answers: await this.answer(questions, needs, moment) };
    };
    let seen = await look();
    for (let count = 0; count < PASSES_MAX && whatIsDue(this.shared, seen).length > 0; count += 1) {
      seen = await this.shared.alone(async () => {
        // Somebody else may have asked meanwhile.
        const asked = await this.askWhatIsDue(await look());
        const after = await look();
        if (asked) this.tellSettled(after.answers);
        return after;
      });
    }
    if (areRatesDue(this.shared, seen)) {
      await this.shared.alone(async () => {
        if (areRatesDue(this.shared, await look())) await this.shared.askRates();
      });
      seen = await look();
    }
    return factsOf(seen.answers);
  }

  async factsAt(questions: readonly FundQuestion[], needs: Needs, atMs: number): Promise<Facts> {
    const moment = { nowMs: atMs, past: true, sinceMs: Number.NEGATIVE_INFINITY };
    return factsOf(await this.answer(questions, needs, moment));
  }

  /** @returns whether anybody was asked */
  private async askWhatIsDue(seen: Asking): Promise<boolean> {
    let asked = false;
    for (const { questions, kinds, localOnly } of whatIsDue(this.shared, seen)) {
      const sources = this.sources.filter(({ local }) => local || !localOnly);
      if (sources.length > 0) await this.shared.ask(sources, questions, kinds);
      asked ||= !localOnly;
    }
    return asked;
  }

  private tellSettled(answers: Answers): void {
    for (const [ticker, { settled }] of answers)
      for (const line of settled) this.shared.log.warn({ ticker }, line);
  }

  private async answer(questions: readonly FundQuestion[], needs: Needs, moment: Moment): Promise<Answers> {
    const { shared, closes } = this;
    const answers = new Map<string, Assembled & { readonly gathered: Gathered }>();
    for (const question of questions) {
      const { ticker } = question;
      const gathered = gatherEvidence(shared, ticker, moment);
      const price = moment.past
        ? await priceBefore(shared, closes, question, moment)
        : priceNow(shared, question, moment);
      const isFund = question.listing.kind !== 'share';
      const evidence = { ...gathered, ticker, isFund, needs, price, closeThen: null };
      const closeThen = await closeOfAum(shared, closes, question, evidence, moment);
      const assembled = assembleFacts({ ...evidence, closeThen }, shared.settings);
      if (!moment.past && assembled.refuted !== null) shared.noteRatio(ticker, assembled.refuted);
      answers.set(ticker, { ...assembled, gathered });
    }
    return answers;
  }
}

const factsOf = (answers: Answers): Facts =>
  new Map([...answers].map(([ticker, { facts }]) => [ticker, facts]));
