import { describe, expect, test } from 'bun:test';
import { WorldError } from '../../src/ports.ts';
import { failureOf, postVerdict, ruleOf, worldError } from '../../src/tinvest/failure.ts';
import { FAILURE_TABLE } from '../../src/tinvest/failure-table.ts';
import { type Status, TransportFailure } from '../../src/tinvest/transport.ts';

const seen = (status: Status, details = '', headers: Record<string, string> = {}, local = false) =>
  failureOf(new TransportFailure(status, details, new Map(Object.entries(headers)), local), 0);

const ORDER_VERDICTS: readonly (readonly [ReturnType<typeof postVerdict>, ...string[]])[] = [
  ['unknown', '70001', '70002', '70003', '30057', '50005'],
  ['reobserve', '30042', '30034', '30051'],
  ['stop_account', '30240', '40002', '40004', '50004'],
  ['best_price', '30052', '30068', '30079', '30092', '30094', '30097', '30098', '30103'],
  ['reprice', '30099', '30078', '30018', '30100'],
  ['bug', '90001', '90003', '30109', '30055', '30080', '30083'],
  ['bug', '30015', '30016', '30017', '30019', '30020', '30021', '30022', '30023', '30024', '30025'],
  ['bug', '30026', '30027', '30028'],
  ['skip', '30095', '30096', '30227', '30049'],
  ['stop_token', '40003'],
  ['throttled', '80002'],
  ['skip_for_good', '90002', '30101', '30054', '30077'],
  ['stop_all', '12001', '12002'],
];

describe('an order', () => {
  const cases = ORDER_VERDICTS.flatMap(([verdict, ...codes]) =>
    codes.map((code) => [code, verdict] as const),
  );

  test.each(cases)('refused with %s is %s, whatever the status', (code, verdict) => {
    expect(postVerdict(seen('INVALID_ARGUMENT', code))).toBe(verdict);
    expect(postVerdict(seen('INTERNAL', code))).toBe(verdict);
  });

  test('every listed number is tested here', () => {
    expect(new Set(FAILURE_TABLE.keys())).toEqual(new Set(cases.map(([code]) => code)));
  });

  test.each<[Status]>([
    ['CANCELLED'],
    ['UNKNOWN'],
    ['DEADLINE_EXCEEDED'],
    ['ABORTED'],
    ['INTERNAL'],
    ['UNAVAILABLE'],
    ['DATA_LOSS'],
    ['ALREADY_EXISTS'],
  ])('ended by %s is unknown, also with a number nobody knows', (status) => {
    expect(postVerdict(seen(status))).toBe('unknown');
    expect(postVerdict(seen(status, '39999'))).toBe('unknown');
  });

  test.each<[Status]>([
    ['INVALID_ARGUMENT'],
    ['FAILED_PRECONDITION'],
    ['NOT_FOUND'],
    ['PERMISSION_DENIED'],
    ['OUT_OF_RANGE'],
  ])('ended by %s with a number nobody knows is refused for this iteration', (status) => {
    expect(postVerdict(seen(status, '39999'))).toBe('skip');
  });

  test('a status that was made on the way here proves nothing', () => {
    for (const status of [
      'RESOURCE_EXHAUSTED',
      'UNIMPLEMENTED',
      'PERMISSION_DENIED',
      'INVALID_ARGUMENT',
    ] as const)
      expect(postVerdict(seen(status, 'Received HTTP status code 403', {}, true))).toBe('unknown');
  });

  test('a token is refused without a number too; an unlisted number is not that', () => {
    expect(postVerdict(seen('UNAUTHENTICATED'))).toBe('stop_token');
    expect(postVerdict(seen('UNAUTHENTICATED', '40003'))).toBe('stop_token');
    expect(postVerdict(seen('UNAUTHENTICATED', '49999'))).toBe('unknown');
  });

  test('a status alone decides where there is no number', () => {
    expect(postVerdict(seen('RESOURCE_EXHAUSTED'))).toBe('throttled');
    expect(postVerdict(seen('UNIMPLEMENTED'))).toBe('stop_all');
  });
});

describe('a read', () => {
  test.each<[Status, string, string, string]>([
    ['UNAVAILABLE', '', 'unreachable', 'soon'],
    ['INTERNAL', '70001', 'unreachable', 'soon'],
    ['RESOURCE_EXHAUSTED', '80002', 'unreachable', 'soon'],
    ['UNAUTHENTICATED', '', 'token', 'later'],
    ['UNAUTHENTICATED', '40003', 'token', 'later'],
    ['PERMISSION_DENIED', '40002', 'account', 'never'],
    ['NOT_FOUND', '50004', 'account', 'never'],
    ['UNIMPLEMENTED', '', 'contract', 'never'],
    ['UNIMPLEMENTED', '12002', 'contract', 'never'],
    ['INVALID_ARGUMENT', '30003', 'request', 'never'],
    ['NOT_FOUND', '50002', 'refused_data', 'later'],
  ])('that ends in %s %s is %s, again %s', (status, details, kind, retry) => {
    const error = worldError(seen(status, details), '/a.b.UsersService/GetAccounts');
    expect(error).toBeInstanceOf(WorldError);
    expect([error.kind, error.retry]).toEqual([kind, retry] as never);
  });

  test.each(['70001', '70002', '70003'])('%s is worth another try', (code) => {
    expect(ruleOf(seen('INTERNAL', code)).read).toBe('again');
  });

  test('the message names the method, the number, the text and the tracking id', () => {
    const failure = seen('NOT_FOUND', '50002', {
      message: 'Instrument not found',
      'x-tracking-id': 'abc123',
    });
    const error = worldError(
      failure,
      '/tinkoff.public.invest.api.contract.v1.InstrumentsService/GetInstrumentBy',
    );
    expect(error.message).toContain(
      '(InstrumentsService/GetInstrumentBy: 50002: Instrument not found, tracking id abc123)',
    );
    expect([error.code, error.trackingId]).toEqual(['50002', 'abc123']);
  });
});
