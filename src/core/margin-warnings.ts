// What a margin account's owner has to know about its margin, in words.

import type { Facts } from './facts.ts';
import type { MarginPolicy } from './policy.ts';
import { isLess, kopecks } from './units.ts';

export function marginWarnings(margin: MarginPolicy | null, { margin: state }: Facts): string[] {
  if (margin === null) return [];
  switch (state?.kind) {
    case undefined:
      return ['margin_trading: the broker was not asked about margin: balanced as with multiplier 1'];
    case 'disabled':
      return [`margin_trading: ${state.because}: balanced as with multiplier 1`];
    case 'unknown':
      return [`margin_trading: ${state.because}: nothing is bought on margin now`];
    case 'assumed':
      return ["margin_trading: only the configured limits hold here, the broker's are not known"];
    case 'enabled': {
      const { liquid, starting, minimal } = state;
      if (!isLess(liquid, starting)) return [];
      const collateral = `margin_trading: the collateral is ${kopecks(liquid)} RUB`;
      return isLess(liquid, minimal)
        ? [
            `${collateral}, below the minimal margin of ${kopecks(minimal)} RUB: the broker may close positions; only what lowers the risk is done`,
          ]
        : [
            `${collateral}, below the starting margin of ${kopecks(starting)} RUB: nothing that adds risk is done`,
          ];
    }
  }
}
