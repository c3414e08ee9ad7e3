// Damage to protobuf messages without their schema: values, fields and branches inside a message that stays well formed
// (missing, doubled and swapped fields, numbers at every edge, strange texts), or the bytes themselves.

import type { Dice } from './dice.ts';

type Field = { no: number } & (
  | { kind: 'number'; value: bigint }
  | { kind: 'fixed'; bytes: Uint8Array; type: 1 | 5 }
  | { kind: 'text'; bytes: Uint8Array }
  | { kind: 'message'; fields: Field[] }
);

const NUMBERS = [
  0n,
  1n,
  2n,
  3n,
  5n,
  7n,
  99n,
  999_999_999n,
  1_000_000_000n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -1n,
  -5n,
  -999_999_999n,
  -1_000_000_000n,
  -(2n ** 31n),
  -(2n ** 53n) - 1n,
  -(2n ** 63n),
];

const TEXTS = [
  '',
  ' ',
  'rub',
  'RUB',
  'usd',
  'USD',
  'hkd',
  'xau',
  'TMOS',
  'TMOS@',
  'tmos',
  'NORMAL_TRADING',
  '__proto__',
  'constructor',
  '0',
  '-1',
  '2999999999',
  '00000000-0000-0000-0000-000000000000',
  '\u0000',
  '\u001b[2J',
  '\u202e',
  '😀',
  'х'.repeat(3_000),
  'not\na line',
  'NaN',
  'currency',
  'share',
  'futures',
];

const encoder = new TextEncoder();

/** A damaged copy. */
export function hurtMessage(dice: Dice, bytes: Uint8Array): Uint8Array {
  if (dice.chance(0.2)) return hurtBytes(dice, bytes);
  const fields = fieldsOf(bytes);
  if (fields === null || fields.length === 0) return hurtBytes(dice, bytes);
  for (let times = 1 + dice.below(4); times > 0; times -= 1) hurtFields(dice, fields);
  return Uint8Array.from(encoded(fields));
}

/** Cut short, bits turned, pieces taken out or put in. */
export function hurtBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  let whole = [...bytes];
  for (let times = 1 + dice.below(3); times > 0; times -= 1) {
    const at = dice.below(whole.length + 1);
    switch (dice.below(5)) {
      case 0:
        whole = whole.slice(0, at);
        break;
      case 1:
        whole[at] = ((whole[at] ?? 0) ^ (1 << dice.below(8))) & 0xff;
        break;
      case 2:
        whole.splice(at, 1 + dice.below(8));
        break;
      case 3:
        whole.splice(at, 0, ...whole.slice(at, at + 1 + dice.below(30)));
        break;
      default:
        whole.splice(
          at,
          1,
          dice.below(256),
          ...(dice.chance(0.3) ? [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f] : []),
        );
    }
  }
  return Uint8Array.from(whole);
}

function hurtFields(dice: Dice, root: Field[]): void {
  let fields = root;
  for (;;) {
    const at = dice.below(fields.length);
    const field = fields[at];
    if (field?.kind === 'message' && field.fields.length > 0 && dice.chance(0.88)) {
      fields = field.fields;
      continue;
    }
    const numbers = fields.filter((each) => each.kind === 'number');
    // An amount below zero has all its parts below zero.
    if (numbers.length > 0 && dice.chance(0.1))
      for (const each of numbers) each.value = BigInt.asIntN(64, -each.value);
    else hurtField(dice, fields, at);
    return;
  }
}

function hurtField(dice: Dice, fields: Field[], at: number): void {
  const field = fields[at];
  const roll = dice.below(10);
  if (field === undefined || roll === 0)
    fields.splice(at, 0, { no: 1 + dice.below(40), kind: 'number', value: dice.pick(NUMBERS) });
  else if (roll === 1) fields.splice(at, 1);
  else if (roll === 2) fields.splice(at, 0, structuredClone(field));
  else if (roll === 3)
    field.no = dice.chance(0.5) ? Math.max(1, field.no + dice.pick([-1, 1])) : 1 + dice.below(60);
  else if (roll === 4) {
    const other = dice.pick(fields);
    [field.no, other.no] = [other.no, field.no];
  } else fields[at] = otherValue(dice, field);
}

function otherValue(dice: Dice, field: Field): Field {
  const { no } = field;
  if (field.kind === 'number' && dice.chance(0.9)) {
    const near = [field.value + 1n, field.value - 1n, -field.value, field.value * 10n, field.value / 10n];
    return {
      no,
      kind: 'number',
      value: BigInt.asIntN(64, dice.chance(0.4) ? dice.pick(near) : dice.pick(NUMBERS)),
    };
  }
  if (field.kind === 'text' && dice.chance(0.9))
    return { no, kind: 'text', bytes: encoder.encode(dice.pick(TEXTS)) };
  if (field.kind === 'message' && dice.chance(0.5)) return { no, kind: 'message', fields: [] };
  return dice.chance(0.5)
    ? { no, kind: 'number', value: dice.pick(NUMBERS) }
    : { no, kind: 'text', bytes: encoder.encode(dice.pick(TEXTS)) };
}

/** `null`: these bytes are no message. */
function fieldsOf(bytes: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) return null;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    return null;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === null || tag < 8n || tag > 8n * 2_000n) return null;
    const no = Number(tag >> 3n);
    const type = Number(tag & 7n);
    if (type === 0) {
      const value = varint();
      if (value === null) return null;
      fields.push({ no, kind: 'number', value });
    } else if (type === 2) {
      const length = varint();
      if (length === null || length < 0n || at + Number(length) > bytes.length) return null;
      const inner = bytes.subarray(at, at + Number(length));
      at += Number(length);
      fields.push(isText(inner) ? { no, kind: 'text', bytes: inner } : branch(no, inner));
    } else if (type === 1 || type === 5) {
      const size = type === 1 ? 8 : 4;
      if (at + size > bytes.length) return null;
      fields.push({ no, kind: 'fixed', type, bytes: bytes.subarray(at, at + size) });
      at += size;
    } else return null;
  }
  return fields;
}

function branch(no: number, bytes: Uint8Array): Field {
  const fields = fieldsOf(bytes);
  return fields === null ? { no, kind: 'text', bytes } : { no, kind: 'message', fields };
}

/** Letters and nothing else: a message has low bytes in it. */
const isText = (bytes: Uint8Array): boolean => bytes.length > 0 && bytes.every((byte) => byte >= 0x20);

const encoded = (fields: readonly Field[]): number[] => fields.flatMap(encodedField);

function encodedField(field: Field): number[] {
  const tag = (type: number): number[] => varintOf((BigInt(field.no) << 3n) | BigInt(type));
  const delimited = (bytes: ArrayLike<number>): number[] => [
    ...tag(2),
    ...varintOf(BigInt(bytes.length)),
    ...Array.from(bytes),
  ];
  switch (field.kind) {
    case 'number':
      return [...tag(0), ...varintOf(field.value)];
    case 'fixed':
      return [...tag(field.type), ...field.bytes];
    case 'text':
      return delimited(field.bytes);
    case 'message':
      return delimited(encoded(field.fields));
  }
}

function varintOf(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    left >>= 7n;
  } while (left > 0n);
  return bytes;
}
