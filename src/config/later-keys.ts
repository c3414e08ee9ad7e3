// Keys that are understood but whose rules this version does not carry out. Turned off they are accepted; turned on
// they refuse the account, for trading without a rule that its owner relies on is worse than not trading.

import type { Problem } from './problem.ts';
import type { AccountBlock } from './schema-account.ts';

export type PartialBlock = { readonly [Key in keyof AccountBlock]?: AccountBlock[Key] | undefined };

/** Account keys with what the README's table says of them. */
export const LATER_KEYS: ReadonlyMap<string, string> = new Map(
  [
    'margin_trading',
    'min_profit_percent_for_close_position',
    'buy_requires_total_marginal_sell',
    'diff',
    'confirmationThresholdRub',
  ]
    .map((key): [string, string] => [key, 'not yet supported: must be off'])
    .concat([['desired_mode', 'not yet supported: all but `manual`']]),
);

/** Problems of the block at `path`. `analysis` is the top level's, which counts where the block has none. */
export function laterKeyProblems(
  block: PartialBlock,
  path: string,
  analysis: PartialBlock['analysis'],
): Problem[] {
  const problems: Problem[] = [];
  const refuse = (key: string, found: string, fix: string): void => {
    problems.push({ path: `${path}.${key}`, found, expected: `not yet supported: ${key} must be off`, fix });
  };
  if (block.margin_trading?.enabled === true)
    refuse('margin_trading.enabled', 'true', 'set margin_trading.enabled to false');
  if (block.min_profit_percent_for_close_position !== undefined)
    refuse(
      'min_profit_percent_for_close_position',
      String(block.min_profit_percent_for_close_position),
      'remove the key',
    );
  if (block.buy_requires_total_marginal_sell?.enabled === true)
    refuse(
      'buy_requires_total_marginal_sell.enabled',
      'true',
      'set buy_requires_total_marginal_sell.enabled to false',
    );
  if (block.diff !== undefined && block.diff !== 'off')
    refuse('diff', `"${block.diff}"`, 'write "off" or remove the key');
  if (block.confirmationThresholdRub !== undefined && confirmsLargeOrders(block.analysis ?? analysis))
    refuse('confirmationThresholdRub', String(block.confirmationThresholdRub), 'remove the key');
  return [...problems, ...modeProblems(block, path)];
}

const confirmsLargeOrders = (analysis: PartialBlock['analysis']): boolean =>
  analysis?.openrouter?.requireConfirmationForLargeOrders !== false;

function modeProblems(block: PartialBlock, path: string): Problem[] {
  const { desired_mode: mode = 'manual', rebalance_mode: other } = block;
  const key = other === undefined ? 'desired_mode' : 'rebalance_mode';
  const meant = other ?? mode;
  if (meant === 'manual' || meant === 'default') return [];
  const expected = `not yet supported: ${key} must be "manual"`;
  return [{ path: `${path}.${key}`, found: `"${meant}"`, expected, fix: 'write "manual"' }];
}
