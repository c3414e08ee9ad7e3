// The central bank's daily rates, RUB for one unit of USD and EUR: XML as the bank serves it, or the well-known mirror's
// JSON. Guarantees: a rate is a value like any other, with the date that it holds for; nothing is made up for a currency
// that is not in the document.

import { getAttributeValue, getChildren, getName, textContent } from 'domutils';
import { ElementType, parseDocument } from 'htmlparser2';
import { parseNano } from '../core/units.ts';
import type { FundValue } from '../ports.ts';
import { listOf, member, nanoOf, parseJson, textOf } from './exact-json.ts';
import { exceedsPercent } from './exact-percent.ts';
import { type NoData, noData } from './no-data.ts';
import { parseDate } from './parse-date.ts';

export interface Rates {
  readonly kind: 'rates';
  /** Nano-RUB for one unit, per ISO code. */
  readonly perUnit: ReadonlyMap<string, bigint>;
  /** Midnight UTC of the day that the rates hold for. */
  readonly dateMs: number;
}

export const CBR = 'cbr';
const WANTED = ['USD', 'EUR'];
const NOT_RATES = noData('its answer is no list of rates with a date');

export const readRates = (text: string): Rates | NoData =>
  /^\s*\ufeff?\s*[{[]/.test(text) ? ratesFromJson(text) : ratesFromXml(text);

/** The rates in the form that everything else has: the "ticker" is the currency. */
export const rateValues = ({ perUnit, dateMs }: Rates, fetchedAtMs: number): FundValue[] =>
  [...perUnit].map(([ticker, value]) => ({
    ticker,
    kind: 'price',
    value,
    currency: 'RUB',
    asOfMs: dateMs,
    fetchedAtMs,
    source: CBR,
  }));

function ratesFromXml(text: string): Rates | NoData {
  if (!text.trimEnd().endsWith('</ValCurs>')) return NOT_RATES;
  const root = parseDocument(text.slice(0, 64_000), { xmlMode: true }).children.find(isElement);
  const dateMs = root === undefined ? null : parseDate(getAttributeValue(root, 'Date') ?? '');
  if (root === undefined || getName(root) !== 'ValCurs' || dateMs === null) return NOT_RATES;
  const perUnit = new Map<string, bigint>();
  for (const currency of getChildren(root).filter(isElement)) {
    // A field with parts of its own is no plain number, whatever stands around them.
    const plain = getChildren(currency).filter(
      (node) => isElement(node) && !getChildren(node).some(isElement),
    );
    const fields = new Map(
      plain.filter(isElement).map((field) => [getName(field), textContent(field).trim()]),
    );
    const code = fields.get('CharCode') ?? '';
    const rate = oneOf(
      decimalComma(fields.get('VunitRate')),
      perNominal(decimalComma(fields.get('Value')), fields.get('Nominal')),
    );
    if (WANTED.includes(code) && rate !== null && rate > 0n) setOnce(perUnit, code, rate);
  }
  return { kind: 'rates', perUnit, dateMs };
}

type XmlNode = ReturnType<typeof getChildren>[number];
const isElement = (node: XmlNode): node is XmlNode & Parameters<typeof getName>[0] =>
  node.type === ElementType.Tag;

function ratesFromJson(text: string): Rates | NoData {
  const reply = parseJson(text);
  const dateMs = parseDate((textOf(member(reply, 'Date')) ?? '').slice(0, 10));
  const currencies = member(reply, 'Valute');
  if (dateMs === null || currencies === null || listOf(currencies) !== null) return NOT_RATES;
  const perUnit = new Map<string, bigint>();
  for (const code of WANTED) {
    const entry = member(currencies, code);
    const rate = perNominal(nanoOf(member(entry, 'Value')), textOf(member(entry, 'Nominal')) ?? undefined);
    if (rate !== null && rate > 0n) perUnit.set(code, rate);
  }
  return { kind: 'rates', perUnit, dateMs };
}

/** Two different rates for one currency are none. */
function setOnce(rates: Map<string, bigint>, code: string, rate: bigint): void {
  const before = rates.get(code);
  rates.set(code, before === undefined || before === rate ? rate : 0n);
}

/** The bank gives the rate of one unit, and that of many with their number: what contradicts itself is 0, which is no rate. */
function oneOf(perUnit: bigint | null, divided: bigint | null): bigint | null {
  if (perUnit === null || divided === null) return perUnit ?? divided;
  const apart = perUnit > divided ? perUnit - divided : divided - perUnit;
  return exceedsPercent(apart, divided, ROUNDING_PERCENT) ? 0n : perUnit;
}

const ROUNDING_PERCENT = 0.1;

function decimalComma(text: string | undefined): bigint | null {
  const plain = text?.replace(',', '.') ?? '';
  return /^\d{1,9}(\.\d{1,9})?$/.test(plain) ? parseNano(plain) : null;
}

/** The bank counts some currencies by tens, hundreds or thousands, and nothing else. */
function perNominal(value: bigint | null, nominal: string | undefined): bigint | null {
  return value !== null && /^10{0,5}$/.test(nominal ?? '') ? value / BigInt(nominal ?? '1') : null;
}
