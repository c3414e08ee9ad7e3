// The codes of errors with which a venue refuses a call, or stumbles over it.

import type { Dice } from '../world/streams.ts';

type Codes = readonly [string, ...string[]];

/** Refusals before anything happened. */
const REFUSALS: Readonly<Record<string, Codes>> = {
  PostOrder: [
    '30042',
    '30034',
    '30049',
    '30018',
    '30052',
    '30054',
    '30068',
    '30077',
    '30079',
    '30078',
    '30095',
    '30092',
    '30096',
    '30094',
    '30098',
    '30097',
    '30099',
    '30100',
    '30227',
    '30103',
    '30101',
    '90002',
  ],
  CancelOrder: ['30059', '70001'],
  GetOrderState: ['50005', '70002'],
};
/** A venue that stumbles says so before or after it did what it was asked. */
const STUMBLES: Codes = ['70001', '70002', '70003'];
/** Now and then a refusal that ends trading. */
const GRAVE: Codes = [
  '40002',
  '90001',
  '90003',
  '30109',
  '30240',
  '40004',
  '50004',
  '12001',
  '90001',
  '90001',
];
const GRAVE_SHARE = 0.12;
/** Any method may be one that the venue no longer knows. */
const CONTRACT_CHANGED = '12001';
const CONTRACT_CHANGED_SHARE = 0.02;

/** Of a call that is turned down before anything happened. */
export function refusalOf(method: string, dice: Dice): string {
  const codes = REFUSALS[method] ?? STUMBLES;
  const usual = method === 'PostOrder' ? refusalOfOrder(dice, codes) : dice.pick(codes);
  return dice.chance(CONTRACT_CHANGED_SHARE) ? CONTRACT_CHANGED : usual;
}

/** Of a call at which the venue stumbles. */
export const stumbleOf = (dice: Dice): string => dice.pick(STUMBLES);

/** The last draw decides: stories that are kept by their seeds stay as they are where they can. */
function refusalOfOrder(dice: Dice, codes: Codes): string {
  const code = dice.chance(0.05) ? dice.pick(GRAVE) : dice.pick(codes);
  return dice.chance(GRAVE_SHARE) ? dice.pick(GRAVE) : code;
}
