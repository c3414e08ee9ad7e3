// What is remembered of an account between iterations: pins, accepted prices, managed tickers, the next iteration.
// Guarantees: the last write of a name stands, except managed tickers, which are only ever added.

import { price, raw } from '../core/units.ts';
import type { Journal } from '../ports.ts';
import type { Store } from './store.ts';

export type AccountMemory = Pick<
  Journal,
  | 'brokerAccountPin'
  | 'pinBrokerAccount'
  | 'instrumentPins'
  | 'pinInstrument'
  | 'acceptedPrices'
  | 'acceptPrices'
  | 'managedTickers'
  | 'manage'
  | 'nextIteration'
  | 'planNextIteration'
>;

export const accountMemory = (store: Store): AccountMemory => ({
  ...brokerAccounts(store),
  ...instruments(store),
  ...prices(store),
  ...tickers(store),
  ...schedule(store),
});

function brokerAccounts(store: Store): Pick<AccountMemory, 'brokerAccountPin' | 'pinBrokerAccount'> {
  const find = store.prepare<{ broker_account: string }>(
    'SELECT broker_account FROM broker_account_pins WHERE account = $account',
  );
  const upsert = store.prepare(
    `INSERT INTO broker_account_pins (account, broker_account, at) VALUES ($account, $brokerAccount, $at)
     ON CONFLICT (account) DO UPDATE SET broker_account = excluded.broker_account, at = excluded.at`,
  );
  return {
    brokerAccountPin: (account) => find.get({ account })?.broker_account ?? null,
    pinBrokerAccount: (account, brokerAccount, atMs) =>
      store.write(() => upsert.run({ account, brokerAccount, at: BigInt(atMs) })),
  };
}

function instruments(store: Store): Pick<AccountMemory, 'instrumentPins' | 'pinInstrument'> {
  const all = store.prepare<{ ticker: string; isin: string; asset_uid: string; uid: string }>(
    'SELECT ticker, isin, asset_uid, uid FROM instrument_pins WHERE account = $account ORDER BY ticker',
  );
  const upsert = store.prepare(
    `INSERT INTO instrument_pins (account, ticker, isin, asset_uid, uid, at)
     VALUES ($account, $ticker, $isin, $assetUid, $uid, $at)
     ON CONFLICT (account, ticker) DO UPDATE
     SET isin = excluded.isin, asset_uid = excluded.asset_uid, uid = excluded.uid, at = excluded.at`,
  );
  return {
    instrumentPins: (account) =>
      new Map(
        all
          .all({ account })
          .map(({ ticker, isin, asset_uid, uid }) => [ticker, { ticker, isin, assetUid: asset_uid, uid }]),
      ),
    pinInstrument: (account, { ticker, isin, assetUid, uid }, atMs) =>
      store.write(() => upsert.run({ account, ticker, isin, assetUid, uid, at: BigInt(atMs) })),
  };
}

function prices(store: Store): Pick<AccountMemory, 'acceptedPrices' | 'acceptPrices'> {
  const all = store.prepare<{ uid: string; price_nano: bigint; price_at: bigint }>(
    'SELECT uid, price_nano, price_at FROM accepted_prices WHERE account = $account ORDER BY uid',
  );
  const upsert = store.prepare(
    `INSERT INTO accepted_prices (account, uid, price_nano, price_at, at)
     VALUES ($account, $uid, $price, $priceAt, $at)
     ON CONFLICT (account, uid) DO UPDATE
     SET price_nano = excluded.price_nano, price_at = excluded.price_at, at = excluded.at`,
  );
  return {
    acceptedPrices: (account) =>
      new Map(
        all
          .all({ account })
          .map((row) => [
            row.uid,
            { uid: row.uid, price: price(row.price_nano), timeMs: Number(row.price_at) },
          ]),
      ),
    acceptPrices: (account, accepted, atMs) => {
      if (accepted.length === 0) return;
      store.write(() => {
        for (const { uid, price: each, timeMs } of accepted)
          upsert.run({ account, uid, price: raw(each), priceAt: BigInt(timeMs), at: BigInt(atMs) });
      });
    },
  };
}

function tickers(store: Store): Pick<AccountMemory, 'managedTickers' | 'manage'> {
  const all = store.prepare<{ ticker: string }>(
    'SELECT ticker FROM managed_tickers WHERE account = $account ORDER BY ticker',
  );
  const insert = store.prepare(
    `INSERT INTO managed_tickers (account, ticker, at) VALUES ($account, $ticker, $at)
     ON CONFLICT (account, ticker) DO NOTHING`,
  );
  return {
    managedTickers: (account) => all.all({ account }).map(({ ticker }) => ticker),
    manage: (account, named, atMs) => {
      if (named.length === 0) return;
      store.write(() => {
        for (const ticker of named) insert.run({ account, ticker, at: BigInt(atMs) });
      });
    },
  };
}

function schedule(store: Store): Pick<AccountMemory, 'nextIteration' | 'planNextIteration'> {
  const find = store.prepare<{ at: bigint }>('SELECT at FROM next_iterations WHERE account = $account');
  const upsert = store.prepare(
    `INSERT INTO next_iterations (account, at) VALUES ($account, $at)
     ON CONFLICT (account) DO UPDATE SET at = excluded.at`,
  );
  return {
    nextIteration: (account) => {
      const row = find.get({ account });
      return row === null ? null : Number(row.at);
    },
    planNextIteration: (account, atMs) => store.write(() => upsert.run({ account, at: BigInt(atMs) })),
  };
}
