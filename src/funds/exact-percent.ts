// Compares parts with percentages and ratios from the configuration without leaving integers.

const SCALE = 1_000_000_000;

/** Whether `part` is more than `percent` of `whole`; both 0 or more. */
export const exceedsPercent = (part: bigint, whole: bigint, percent: number): boolean =>
  part * BigInt(100 * SCALE) > whole * BigInt(Math.round(percent * SCALE));

/** Whether `part / whole` lies in [min, max]; `whole` above 0. */
export const isBetween = (part: bigint, whole: bigint, min: number, max: number): boolean =>
  part * BigInt(SCALE) >= whole * BigInt(Math.round(min * SCALE)) &&
  part * BigInt(SCALE) <= whole * BigInt(Math.round(max * SCALE));

/** `part / whole` with four places, for people. */
export const ratioText = (part: bigint, whole: bigint): string => {
  const places = (part * 10_000n) / whole;
  return `${places / 10_000n}.${(places % 10_000n).toString().padStart(4, '0')}`;
};
