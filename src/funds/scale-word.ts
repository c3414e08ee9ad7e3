// Words and signs around a number: what it counts in ("млн") and which money it is ("₽", "USD").

const SCALES: readonly (readonly [RegExp, bigint])[] = [
  [/^(тыс|тысяч[аи]?)$/, 10n ** 3n],
  [/^(млн|миллион(а|ов)?)$/, 10n ** 6n],
  [/^(млрд|миллиард(а|ов)?)$/, 10n ** 9n],
  [/^(трлн|триллион(а|ов)?)$/, 10n ** 12n],
];

const CURRENCIES: readonly (readonly [RegExp, string])[] = [
  [/^(₽|р|руб|рубл(ь|я|ей|и|ях)|rub|rur)$/, 'RUB'],
  [/^(\$|us\$|usd|долл|доллар(а|ов|ы|ах)?)$/, 'USD'],
  [/^(€|eur|евро)$/, 'EUR'],
];

const lookUp = <Value>(table: readonly (readonly [RegExp, Value])[], word: string): Value | null =>
  table.find(([pattern]) => pattern.test(word))?.[1] ?? null;

/** @param word lower case, without a trailing point */
export const scaleOf = (word: string): bigint | null => lookUp(SCALES, word);
/** @returns upper-case ISO code */
export const currencyOf = (word: string): string | null => lookUp(CURRENCIES, word);

/** Whether a text is about how others count, and nothing else: "млн руб.", "₽", "(тыс. $)". */
export function isUnit(text: string): boolean {
  const words = text.toLowerCase().match(/us\$|[^\s.,()]+/g) ?? [];
  return words.length > 0 && words.every((word) => scaleOf(word) !== null || currencyOf(word) !== null);
}

/** The one currency that a text names, in whatever case: "USD", "Доллар США". */
export function currencyIn(text: string): string | null {
  return columnUnit(text).currency;
}

/** What a column's header says about its numbers: "СЧА, млн ₽". Contradictions say nothing. */
export function columnUnit(header: string): { readonly scale: bigint; readonly currency: string | null } {
  const words = header.toLowerCase().match(/us\$|[$€₽]|[a-zа-яё]+/g) ?? [];
  const scales = new Set(words.map(scaleOf).filter((scale) => scale !== null));
  const currencies = new Set(words.map(currencyOf).filter((currency) => currency !== null));
  return {
    scale: scales.size === 1 ? ([...scales][0] ?? 1n) : 1n,
    currency: currencies.size === 1 ? ([...currencies][0] ?? null) : null,
  };
}
