// Damage to JSON: to its text, byte by byte, and to its values, so that what stays around them is whole.

import type { Dice } from './dice.ts';

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '\ud800',
  '\u0000',
  '\u2028',
  '\ufeff',
  '\u202e',
  'null',
  'true',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '1e-999',
  '0x10',
  '.5',
  '01',
  "'",
  '//',
  '/*',
  '__proto__',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '😀',
  'ТМОС',
  '%',
  '$',
  '{}',
  '[]',
  '""',
  '-',
  '9'.repeat(40),
];

const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '0.1',
  '100',
  '100.0000001',
  '1e21',
  '1e308',
  '1e999',
  '-1e308',
  '5e-324',
  '9007199254740993',
  '9223372036854775807',
  '0.30000000000000004',
  '2147483648',
  '86400001',
  '1e-9',
  '12345678901234567890.123456789',
];

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '10%',
  '1,5',
  '1e3',
  'NaN',
  'Infinity',
  'null',
  'TMOS',
  'tmos',
  'RUB',
  'RUR',
  'TMOS@',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'INDEX:0',
  'INDEX:-1',
  'INDEX:99999999999999999999',
  'BROKER',
  '15m',
  '0s',
  '1h1h',
  '25:00',
  '24:00',
  '10:30',
  'Europe/Moscow',
  'Mars/Olympus',
  'mon',
  '2024-02-30',
  '2024-08-01',
  '2026-11-20T10:00:00Z',
  '9999-12-31T23:59:59Z',
  'localhost:1',
  'http://[',
  'http://localhost:1',
  '[::1]:443',
  '../../etc/passwd',
  '/dev/null',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  '\u202eabc',
  '😀'.repeat(30),
  'x'.repeat(5_000),
  `\${X}`,
  `\${__proto__}`,
  `\${T_INVEST_TOKEN_1}`,
  '0.0000000001',
  '-0.00',
  '1'.repeat(400),
  '250000.41',
  '0.01',
  '6.50',
  '-6.50',
  '99999999999.999999999',
];

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  ' ',
  '_',
  '_x',
  'RUB',
  'TMOS',
  'tmos',
  '😀',
  '\u0000',
  'x'.repeat(200),
  '0',
  '-1',
];

/** A text with a few bytes of it taken out, repeated, swapped or replaced. */
export function hurtText(dice: Dice, text: string): string {
  let whole = text;
  for (let times = 1 + dice.below(4); times > 0; times -= 1) {
    const start = dice.below(whole.length + 1);
    const end = start + dice.below(dice.chance(0.1) ? 400 : 10);
    const part = whole.slice(start, end);
    switch (dice.below(6)) {
      case 0:
        whole = whole.slice(0, start) + whole.slice(end);
        break;
      case 1:
        whole = whole.slice(0, end) + part.repeat(1 + dice.below(3)) + whole.slice(end);
        break;
      case 2:
        whole = dice.chance(0.2)
          ? whole.slice(0, start)
          : whole.slice(0, start) + whole.slice(end, end + 5) + part + whole.slice(end + 5);
        break;
      case 3: {
        const code = (whole.charCodeAt(start) || 0) ^ (1 << dice.below(8));
        whole = whole.slice(0, start) + String.fromCharCode(code) + whole.slice(start + 1);
        break;
      }
      default:
        whole = whole.slice(0, start) + dice.pick(PIECES) + whole.slice(end);
    }
  }
  return whole;
}

/** JSON as it is written: numbers as their text, objects with the same key as often as one likes. */
type Node =
  | { kind: 'bare'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: Node[] }
  | { kind: 'object'; entries: [string, Node][] };

/** The same value with some of its numbers, texts of numbers and flags changed, each still one of its kind. */
export function hurtNumbers(dice: Dice, value: unknown): string {
  const root = nodeOf(value);
  const leaves = leavesOf(root).filter(({ text }) => /^(-?\d+(\.\d+)?|true|false)$/.test(text));
  for (let times = 1 + dice.below(3); times > 0 && leaves.length > 0; times -= 1) {
    const leaf = dice.pick(leaves);
    leaf.text = /^[tf]/.test(leaf.text) ? (leaf.text === 'true' ? 'false' : 'true') : nearby(dice, leaf.text);
  }
  return textOf(root);
}

function leavesOf(node: Node): Extract<Node, { text: string }>[] {
  if (node.kind === 'list') return node.items.flatMap(leavesOf);
  return node.kind === 'object' ? node.entries.flatMap(([, each]) => leavesOf(each)) : [node];
}

/** The same value with one to four of its values, keys or branches changed, as text. */
export function hurtValues(dice: Dice, value: unknown): string {
  const root = nodeOf(value);
  for (let times = 1 + dice.below(4); times > 0; times -= 1) hurtNode(dice, root);
  return textOf(root);
}

function nodeOf(value: unknown): Node {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf) };
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', entries: Object.entries(value).map(([key, each]) => [key, nodeOf(each)]) };
  return { kind: 'bare', text: JSON.stringify(value) ?? 'null' };
}

function textOf(node: Node): string {
  switch (node.kind) {
    case 'bare':
      return node.text;
    case 'text':
      return JSON.stringify(node.text);
    case 'list':
      return `[${node.items.map(textOf).join(',')}]`;
    case 'object':
      return `{${node.entries.map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`).join(',')}}`;
  }
}

/** Goes down at random and changes what it ends at. */
function hurtNode(dice: Dice, root: Node): void {
  let node = root;
  for (;;) {
    const children =
      node.kind === 'list' ? node.items : node.kind === 'object' ? node.entries.map(([, each]) => each) : [];
    if (children.length === 0 || dice.chance(0.12)) break;
    node = dice.pick(children);
  }
  if (node.kind === 'object' && dice.chance(0.7)) hurtObject(dice, node);
  else if (node.kind === 'list' && dice.chance(0.6)) hurtList(dice, node);
  else Object.assign(node, replacement(dice, node));
}

function hurtObject(dice: Dice, node: Extract<Node, { kind: 'object' }>): void {
  const at = dice.below(node.entries.length);
  const entry = node.entries[at];
  switch (dice.below(5)) {
    case 0:
      node.entries.splice(at, 1);
      break;
    case 1:
      if (entry) node.entries.push([entry[0], structuredClone(entry[1])]);
      break;
    case 2:
      if (entry) entry[0] = dice.chance(0.5) ? dice.pick(KEYS) : hurtText(dice, entry[0]);
      break;
    case 3: {
      const other = dice.pick(node.entries);
      if (entry && other) [entry[1], other[1]] = [other[1], entry[1]];
      break;
    }
    default:
      node.entries.splice(at, 0, [dice.pick(KEYS), strange(dice)]);
  }
}

function hurtList(dice: Dice, node: Extract<Node, { kind: 'list' }>): void {
  const at = dice.below(node.items.length);
  const item = node.items[at];
  if (item && dice.chance(0.3)) node.items.splice(at, 1);
  else if (item && dice.chance(0.5)) node.items.push(structuredClone(item));
  else node.items.splice(at, 0, strange(dice));
}

/** Mostly of the same kind, so that it gets past the first look. */
function replacement(dice: Dice, node: Node): Node {
  if (node.kind === 'bare' && /^-?\d/.test(node.text) && dice.chance(0.8))
    return { kind: 'bare', text: dice.chance(0.5) ? dice.pick(NUMBERS) : nearby(dice, node.text) };
  if (node.kind === 'bare' && /^(true|false)$/.test(node.text) && dice.chance(0.7))
    return { kind: 'bare', text: node.text === 'true' ? 'false' : 'true' };
  if (node.kind === 'text' && dice.chance(0.8)) {
    if (/^-?\d+(\.\d+)?$/.test(node.text) && dice.chance(0.7))
      return { kind: 'text', text: nearby(dice, node.text) };
    return { kind: 'text', text: dice.chance(0.5) ? dice.pick(TEXTS) : hurtText(dice, node.text) };
  }
  return strange(dice);
}

/** Another number that is as well formed: of another size, sign or precision. */
function nearby(dice: Dice, text: string): string {
  switch (dice.below(6)) {
    case 0:
      return text.startsWith('-') ? text.slice(1) : `-${text}`;
    case 1:
      return text.replace(/\d/, (digit) => digit + '0'.repeat(1 + dice.below(12)));
    case 2:
      return text.replace(/\d+/, '0');
    case 3:
      return text.replace(/\d(?!.*\d)/, () => String(dice.below(10)));
    case 4:
      return `${text.split('.')[0]}.${String(dice.below(1_000_000_000)).padStart(9, '0')}`;
    default:
      return String(dice.below(1_000_000));
  }
}

function strange(dice: Dice): Node {
  switch (dice.below(8)) {
    case 0:
      return { kind: 'bare', text: 'null' };
    case 1:
      return { kind: 'bare', text: dice.pick(['true', 'false']) };
    case 2:
    case 3:
      return { kind: 'bare', text: dice.pick(NUMBERS) };
    case 4:
      return { kind: 'list', items: [] };
    case 5:
      return { kind: 'object', entries: [] };
    case 6: {
      const depth = dice.pick([2, 10, 49, 51, 300]);
      const list = dice.chance(0.5);
      return {
        kind: 'bare',
        text: list ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      };
    }
    default:
      return { kind: 'text', text: dice.pick(TEXTS) };
  }
}
