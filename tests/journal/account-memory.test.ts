import { expect, test } from 'bun:test';
import { Bug } from '../../src/core/assert.ts';
import { price } from '../../src/core/units.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT } from './sample.ts';

const newDir = tempDirs();

test('remembers nothing of an account that it never met', () => {
  const journal = openJournal(newDir());
  expect(journal.brokerAccountPin('one')).toBeNull();
  expect(journal.instrumentPins('one').size).toBe(0);
  expect(journal.acceptedPrices('one').size).toBe(0);
  expect(journal.managedTickers('one')).toEqual([]);
  expect(journal.nextIteration('one')).toBeNull();
  journal.close();
});

test('remembers the last of each, per account, across a restart', () => {
  const dir = newDir();
  const pin = { ticker: 'TMOS', isin: 'RU000A101X76', assetUid: 'asset-1', uid: 'uid-1' };
  const first = openJournal(dir);
  for (const id of ['2000', '2001']) first.pinBrokerAccount('one', id, AT);
  first.pinBrokerAccount('two', '3000', AT);
  first.pinInstrument('one', { ...pin, uid: 'uid-0' }, AT);
  first.pinInstrument('one', pin, AT);
  first.pinInstrument('one', { ...pin, ticker: 'TGLD', isin: 'RU000A101X50' }, AT);
  first.pinInstrument('two', { ...pin, isin: 'RU000A0000' }, AT);
  first.acceptPrices('one', [{ uid: 'uid-1', price: price(1n), timeMs: AT }], AT);
  first.acceptPrices(
    'one',
    [
      { uid: 'uid-1', price: price(9_007_199_254_740_993n), timeMs: AT + 1 },
      { uid: 'uid-2', price: price(2n), timeMs: AT - 1 },
    ],
    AT,
  );
  first.acceptPrices('two', [], AT);
  first.manage('one', ['TMOS', 'TGLD'], AT);
  first.manage('one', ['TGLD', 'TBRU'], AT + 1);
  first.manage('two', [], AT);
  first.planNextIteration('one', AT + 1000);
  first.planNextIteration('one', AT + 2000);
  first.close();

  const second = openJournal(dir);
  expect(second.brokerAccountPin('one')).toBe('2001');
  expect(second.brokerAccountPin('two')).toBe('3000');
  expect(second.instrumentPins('one').get('TMOS')).toEqual(pin);
  expect([...second.instrumentPins('one').keys()]).toEqual(['TGLD', 'TMOS']);
  expect(second.instrumentPins('two').get('TMOS')!.isin).toBe('RU000A0000');
  expect([...second.acceptedPrices('one').values()]).toEqual([
    { uid: 'uid-1', price: price(9_007_199_254_740_993n), timeMs: AT + 1 },
    { uid: 'uid-2', price: price(2n), timeMs: AT - 1 },
  ]);
  expect(second.acceptedPrices('two').size).toBe(0);
  expect(second.managedTickers('one')).toEqual(['TBRU', 'TGLD', 'TMOS']);
  expect(second.managedTickers('two')).toEqual([]);
  expect(second.nextIteration('one')).toBe(AT + 2000);
  expect(second.nextIteration('two')).toBeNull();
  second.close();
});

test.each([0n, -1n])('accepts no price of %d, and none of its companions', (bad) => {
  const journal = openJournal(newDir());
  const prices = [
    { uid: 'uid-1', price: price(1n), timeMs: AT },
    { uid: 'uid-2', price: price(bad), timeMs: AT },
  ];
  expect(() => journal.acceptPrices('one', prices, AT)).toThrow(Bug);
  expect(journal.acceptedPrices('one').size).toBe(0);
  journal.close();
});
