import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { BLOCK } from '../support/config-text.ts';

/** As much of JSON Schema as ours uses. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly propertyNames?: Schema;
}

const KEYWORDS = new Set(
  'type enum anyOf minimum maximum exclusiveMinimum pattern maxLength minItems maxItems items prefixItems required properties patternProperties additionalProperties propertyNames $schema title description default format'.split(
    ' ',
  ),
);

/** An unknown keyword is an error, so that no rule is passed over. */
function accepts(schema: Schema, value: unknown): boolean {
  for (const keyword of Object.keys(schema)) expect(KEYWORDS).toContain(keyword);
  return (
    (schema.type === undefined || isOf(schema.type, value)) &&
    (schema.enum?.includes(value) ?? true) &&
    (schema.anyOf?.some((option) => accepts(option, value)) ?? true) &&
    (typeof value !== 'number' || acceptsNumber(schema, value)) &&
    (typeof value !== 'string' || acceptsText(schema, value)) &&
    (!Array.isArray(value) || acceptsList(schema, value)) &&
    (typeOf(value) !== 'object' || acceptsObject(schema, Object(value)))
  );
}

const isOf = (type: string, value: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : type === typeOf(value);

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;

const acceptsNumber = (schema: Schema, value: number): boolean =>
  value >= (schema.minimum ?? value) &&
  value <= (schema.maximum ?? value) &&
  (schema.exclusiveMinimum === undefined || value > schema.exclusiveMinimum);

const acceptsText = (schema: Schema, value: string): boolean =>
  new RegExp(schema.pattern ?? '', 'u').test(value) && value.length <= (schema.maxLength ?? value.length);

const acceptsList = (
  { items, minItems, maxItems, prefixItems = [] }: Schema,
  value: readonly unknown[],
): boolean =>
  value.length >= Math.max(minItems ?? 0, prefixItems.length) &&
  value.length <= (maxItems ?? value.length) &&
  value.every((each, index) => accepts(prefixItems[index] ?? items ?? {}, each));

function acceptsObject(schema: Schema, value: Readonly<Record<string, unknown>>): boolean {
  const { properties = {}, patternProperties = {}, additionalProperties = {}, required = [] } = schema;
  if (!required.every((key) => Object.hasOwn(value, key))) return false;
  return Object.entries(value).every(([key, inner]) => {
    if (schema.propertyNames && !accepts(schema.propertyNames, key)) return false;
    const patterned = Object.entries(patternProperties).filter(([pattern]) =>
      new RegExp(pattern, 'u').test(key),
    );
    const rules = [properties[key] ?? [], patterned.map(([, rule]) => rule)].flat();
    if (rules.length > 0) return rules.every((rule) => accepts(rule, inner));
    return additionalProperties !== false && accepts(additionalProperties, inner);
  });
}

const schema = configJsonSchema();
const accepted = (changes: object, top: object = {}) =>
  accepts(schema, { ...top, accounts: [{ ...BLOCK, ...changes }] });

test('the schema is JSON and names its dialect', () => {
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema as never);
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
});

test('the schema accepts the example and comments at every level', () => {
  expect(accepts(schema, JSON.parse(readFileSync('CONFIG.example.json', 'utf8')))).toBe(true);
  expect(accepted({})).toBe(true);
  expect(
    accepted({ _a: 1, desired_wallet: { _b: 'x', TMOS: 100 }, margin_trading: { _c: 1 } }, { _d: [] }),
  ).toBe(true);
  expect(accepted({ balance_interval: '15m' })).toBe(true);
});

test('the schema accepts every kind of rule', () => {
  const rules = [
    { margin_trading: { enabled: true, multiplier: 2, deleverage_minutes: 30 } },
    { limits: { max_turnover_percent: 50, max_orders: 3 } },
    { limits: { max_turnover_percent: { iteration: 50, _note: 1 }, below_moving_average: 'no_buys' } },
    { rebalance: { trigger: 'hybrid', threshold_percent: 5, calendar: { every: 'weekly', weekday: 'fri' } } },
    { rebalance: { window: { days: ['mon'], from: '10:00', to: '18:00' }, cooldown: '1h' } },
    { max_weight_percent: 30, min_weight_percent: { TMOS: 5 } },
    { do_not_sell: ['TMOS'], do_not_buy: [], buy_only: true, cash_reserve_rub: 1000.5 },
    { confirmationThresholdRub: 100000 },
  ];
  for (const changes of rules) expect([changes, accepted(changes)]).toEqual([changes, true]);
  const fees = { from: '2027-01-01', steps: [[5000, 0]], rates: [[null, 0.06]] };
  expect(accepted({}, { overnight_fees: [fees], fund_data: { names: { TXXX: { feed: 'x' } } } })).toBe(true);
});

test('the schema refuses unknown keys, wrong types and numbers out of range', () => {
  const bad = [
    { desird_mode: 'manual' },
    { dry_run: 'true' },
    { desired_wallet: { tmos: 1 } },
    { desired_wallet: { TMOS: 101 } },
    { balance_interval: '15x' },
    { order_type: 'x' },
    { margin_trading: { multiplier: 5 } },
    { order_wait_seconds: 0 },
    { name: ' ' },
    { limits: { max_orders: 0 } },
    { limits: { max_orders: 1.5 } },
    { limits: { max_turnover_percent: { week: 1 } } },
    { rebalance: { calendar: { time: '24:00' } } },
    { rebalance: { window: { days: ['monday'] } } },
    { max_weight_percent: { TMOS: 101 } },
    { do_not_sell: ['tmos'] },
    { confirmationThresholdRub: -1 },
  ];
  for (const changes of bad) expect([changes, accepted(changes)]).toEqual([changes, false]);
  expect(accepts(schema, { accounts: [] })).toBe(false);
  expect(accepts(schema, {})).toBe(false);
});
