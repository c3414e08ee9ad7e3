import { describe, expect, test } from 'bun:test';
import { type AccountSelector, selectAccount } from '../../src/engine/select-account.ts';
import type { BrokerAccount } from '../../src/ports.ts';

const account = (id: string, over: Partial<BrokerAccount> = {}): BrokerAccount => ({
  id,
  name: `account ${id}`,
  type: 'broker',
  status: 'open',
  access: 'full',
  openedAtMs: null,
  ...over,
});

const MAIN = account('2000000001');
const IIS = account('2000000002', { type: 'iis' });
const CLOSED = account('2000000003', { status: 'closed' });
const NEW = account('2000000004', { status: 'new' });
const FOREIGN = account('2000000005', { access: 'none' });
const READ_ONLY = account('2000000006', { access: 'read_only' });
const SECOND = account('2000000007');
const BOX = account('2000000008', { type: 'invest_box' });

interface Row {
  readonly name: string;
  readonly selector: AccountSelector;
  readonly accounts: readonly BrokerAccount[];
  readonly trading?: boolean;
  /** An id, or a part of the refusal. */
  readonly expected: string;
}

const id = (value: string): AccountSelector => ({ kind: 'id', id: value });
const index = (value: number): AccountSelector => ({ kind: 'index', index: value });
const either = (value: string): AccountSelector => ({ kind: 'id_or_index', id: value, index: Number(value) });
const type = (value: 'broker' | 'iis'): AccountSelector => ({ kind: 'type', type: value });

const ROWS: readonly Row[] = [
  { name: 'an exact id', selector: id(IIS.id), accounts: [MAIN, IIS], expected: IIS.id },
  {
    name: 'an unknown id names those that exist',
    selector: id('9'),
    accounts: [MAIN, IIS],
    expected: `sees ${MAIN.id}, ${IIS.id}`,
  },
  { name: 'an unknown id where there is none', selector: id('9'), accounts: [], expected: 'sees no account' },
  { name: 'the first by index', selector: index(0), accounts: [MAIN, IIS], expected: MAIN.id },
  { name: 'the last by index', selector: index(1), accounts: [MAIN, IIS], expected: IIS.id },
  {
    name: 'one past the last index',
    selector: index(2),
    accounts: [MAIN, IIS],
    expected: 'no account number 2',
  },
  {
    name: 'indexes count closed accounts too',
    selector: index(1),
    accounts: [CLOSED, MAIN],
    expected: MAIN.id,
  },
  {
    name: 'an index never slips to a neighbour',
    selector: index(0),
    accounts: [CLOSED, MAIN],
    expected: 'is closed',
  },
  {
    name: 'digits are an id first',
    selector: either('1'),
    accounts: [MAIN, IIS, account('1')],
    expected: '1',
  },
  {
    name: 'digits that are no id are an index',
    selector: either('1'),
    accounts: [MAIN, IIS],
    expected: IIS.id,
  },
  {
    name: 'digits that are neither',
    selector: either('7'),
    accounts: [MAIN],
    expected: 'no account has the id 7, and there is no number 7',
  },
  { name: 'BROKER: the only one', selector: type('broker'), accounts: [IIS, BOX, MAIN], expected: MAIN.id },
  {
    name: 'BROKER: closed and foreign ones do not count',
    selector: type('broker'),
    accounts: [CLOSED, FOREIGN, NEW, MAIN],
    expected: MAIN.id,
  },
  {
    name: 'BROKER: several are refused with their ids',
    selector: type('broker'),
    accounts: [MAIN, SECOND],
    expected: `${MAIN.id} (account ${MAIN.id}), ${SECOND.id}`,
  },
  {
    name: 'BROKER: none',
    selector: type('broker'),
    accounts: [IIS],
    expected: 'no open, accessible broker account',
  },
  { name: 'ISS: the only one', selector: type('iis'), accounts: [MAIN, IIS], expected: IIS.id },
  { name: 'ISS: none', selector: type('iis'), accounts: [MAIN], expected: 'no open, accessible iis account' },
  { name: 'a closed account', selector: id(CLOSED.id), accounts: [CLOSED], expected: 'is closed' },
  {
    name: 'an account that is being opened',
    selector: id(NEW.id),
    accounts: [NEW],
    expected: 'not open yet',
  },
  {
    name: 'an account of another person',
    selector: id(FOREIGN.id),
    accounts: [FOREIGN],
    expected: 'no access',
  },
  {
    name: 'a read-only token does not trade',
    selector: id(READ_ONLY.id),
    accounts: [READ_ONLY],
    expected: 'may only read',
  },
  {
    name: 'a read-only token plans',
    selector: id(READ_ONLY.id),
    accounts: [READ_ONLY],
    trading: false,
    expected: READ_ONLY.id,
  },
  {
    name: 'a closed account is not planned either',
    selector: id(CLOSED.id),
    accounts: [CLOSED],
    trading: false,
    expected: 'is closed',
  },
];

describe('which account a block means', () => {
  for (const { name, selector, accounts, trading = true, expected } of ROWS)
    test(name, () => {
      const selected = selectAccount(selector, accounts, trading);
      if (/^\d+$/.test(expected))
        expect(selected).toMatchObject({ kind: 'selected', account: { id: expected } });
      else {
        expect(selected.kind).toBe('refused');
        expect(selected.kind === 'refused' && selected.because).toContain(expected);
      }
    });
});
