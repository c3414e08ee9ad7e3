// What a debt costs that is carried over the end of a Moscow day, as the broker's tariff of August 2024 has it. The
// venue's own table: the program under test has another, and must agree with it. Raw bigints: nano-rubles.

const NANO = 1_000_000_000n;

/** Up to this debt, RUB: this fee, RUB. */
const STEPS: readonly (readonly [upTo: bigint, fee: bigint])[] = [
  [5_000n, 0n],
  [50_000n, 40n],
  [100_000n, 80n],
  [250_000n, 200n],
  [500_000n, 400n],
  [1_000_000n, 785n],
  [2_500_000n, 1_925n],
  [5_000_000n, 3_800n],
  [10_000_000n, 7_350n],
];
/** Above the steps, up to this debt, RUB: so many millionths of it. */
const MILLIONTHS: readonly (readonly [upTo: bigint, part: bigint])[] = [
  [25_000_000n, 710n],
  [50_000_000n, 690n],
];
const REST = 600n;
const KOPECK = NANO / 100n;

/** Fee of one day for a debt, which is more than zero; whole kopecks, rounded up. */
export function tariffFee(debt: bigint): bigint {
  const step = STEPS.find(([upTo]) => debt <= upTo * NANO);
  if (step !== undefined) return step[1] * NANO;
  const part = MILLIONTHS.find(([upTo]) => debt <= upTo * NANO)?.[1] ?? REST;
  const unit = 1_000_000n * KOPECK;
  return ((debt * part + unit - 1n) / unit) * KOPECK;
}
