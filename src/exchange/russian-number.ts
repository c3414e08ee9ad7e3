// Numbers as Russian pages write them: a comma before the decimals, spaces between thousands, words for scale.

const NANO = 1_000_000_000n;

/** "18 204 551 310,47": rounded half up, grouped by spaces. `decimals`: 0 to 9. */
export function russianNumber(nano: bigint, decimals: number): string {
  const unit = 10n ** BigInt(9 - decimals);
  const size = nano < 0n ? -nano : nano;
  const rounded = ((2n * size + unit) / (2n * unit)) * unit;
  const whole = (rounded / NANO).toString().replace(/\B(?=(\d{3})+$)/g, ' ');
  const fraction = (rounded % NANO).toString().padStart(9, '0').slice(0, decimals);
  return `${nano < 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `,${fraction}`}`;
}

/** "1697,2 млн шт.", "950 тыс. шт.", "12 345 шт.". */
export function russianUnits(units: bigint): string {
  if (units >= 100_000_000n)
    return `${russianNumber((units * NANO) / 1_000_000n, 1).replaceAll(' ', '')} млн шт.`;
  if (units % 1_000n === 0n) return `${russianNumber((units / 1_000n) * NANO, 0)} тыс. шт.`;
  return `${russianNumber(units * NANO, 0)} шт.`;
}

const MONTHS = [
  'января',
  'февраля',
  'марта',
  'апреля',
  'мая',
  'июня',
  'июля',
  'августа',
  'сентября',
  'октября',
  'ноября',
  'декабря',
];

/** "19 ноября 2026" of a day counted from 1970-01-01. */
export function russianDate(day: number): string {
  const date = new Date(day * 86_400_000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
