// The lesser and the greater of two bigints: Math.min and Math.max take only numbers.

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greatest = (a: bigint, b: bigint): bigint => (b < a ? a : b);
