// Reads the tables of an HTML page as grids of texts, with rowspan and colspan laid out as a browser would.
// Guarantees: what a reader of the page would not see (scripts, styles, hidden parts) is not there; a table inside a cell
// is a table of its own and no part of that cell; a page beyond reason, or that ends inside a table, is no data.

import { getAttributeValue, getChildren, getName, hasAttrib } from 'domutils';
import { DomHandler, ElementType, Parser } from 'htmlparser2';
import { type NoData, noData } from './no-data.ts';
import { plainText } from './plain-text.ts';

export interface Cell {
  readonly text: string;
  readonly heading: boolean;
  /** Covers more than its own place. */
  readonly spans: boolean;
  /** Begins in this row, as against one that hangs down from a row above. */
  readonly starts: boolean;
}

export interface Row {
  readonly inHead: boolean;
  readonly cells: readonly Cell[];
}

export interface Table {
  readonly caption: string;
  /** What stands directly before it, at most three pieces of text. */
  readonly before: string;
  readonly rows: readonly Row[];
}

type Node = ReturnType<typeof getChildren>[number];
type Tag = Parameters<typeof getAttributeValue>[0];

const CHUNK = 16_384;
const DEPTH_MAX = 512;
const SPAN_MAX = 100;
const COLUMNS_MAX = 200;
const CELLS_MAX = 200_000;
const TEXT_MAX = 2000;
const UNSEEN = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'head',
  'title',
  'svg',
  'select',
  'textarea',
]);
/** Run on in the text around them. All others stand apart from it: lines, notes, cells that were not closed. */
const INLINE = new Set(['a', 'abbr', 'b', 'big', 'em', 'font', 'i', 'nobr', 'small', 'span', 'strong', 'u']);

/** Measures how deep elements nest, so that a page made to exhaust the parser is dropped early; and what is left open. */
class DepthHandler extends DomHandler {
  deepest = 0;
  openTables = 0;
  private depth = 0;

  override onopentag(name: string, attributes: { [key: string]: string }): void {
    this.depth += 1;
    if (name === 'table') this.openTables += 1;
    this.deepest = Math.max(this.deepest, this.depth);
    super.onopentag(name, attributes);
  }

  override onclosetag(): void {
    this.depth -= 1;
    const closed = this.tagStack.at(-1);
    if (closed !== undefined && 'name' in closed && closed.name === 'table') this.openTables -= 1;
    super.onclosetag();
  }
}

/** @returns every table of the page in the order they begin */
export function pageTables(html: string): readonly Table[] | NoData {
  const handler = new DepthHandler();
  const parser = new Parser(handler);
  for (let start = 0; start < html.length; start += CHUNK) {
    parser.write(html.slice(start, start + CHUNK));
    if (handler.deepest > DEPTH_MAX) return noData('its page is nested beyond reason');
  }
  // The number that such a page ends with may be half of one.
  if (handler.openTables > 0) return noData('its page ends in the middle of a table');
  parser.end();
  const budget = { cells: CELLS_MAX };
  return tagsUnder(handler.dom, (name) => name === 'table').map((tag) => readTable(tag, budget));
}

const isTag = (node: Node): node is Tag & Node =>
  node.type === ElementType.Tag || node.type === ElementType.Script || node.type === ElementType.Style;

const isUnseen = (tag: Tag): boolean =>
  UNSEEN.has(getName(tag)) ||
  hasAttrib(tag, 'hidden') ||
  /display\s*:\s*none/i.test(getAttributeValue(tag, 'style') ?? '');

/** Tags that pass, in document order; below a tag for which `stop` holds nothing is looked at. */
function tagsUnder(
  nodes: readonly Node[],
  pick: (name: string) => boolean,
  stop: (name: string) => boolean = () => false,
): (Tag & Node)[] {
  const found: (Tag & Node)[] = [];
  const waiting = [...nodes].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isTag(node) || isUnseen(node)) continue;
    const name = getName(node);
    if (pick(name)) found.push(node);
    if (!stop(name)) for (const child of getChildren(node).toReversed()) waiting.push(child);
  }
  return found;
}

function readTable(table: Tag, budget: { cells: number }): Table {
  const own = tagsUnder(
    getChildren(table),
    (name) => name === 'tr' || name === 'caption',
    (name) => name === 'tr' || name === 'table' || name === 'caption',
  );
  const caption = own.find((tag) => getName(tag) === 'caption');
  const lines = own.filter((tag) => getName(tag) === 'tr');
  return {
    caption: caption === undefined ? '' : textIn(caption),
    before: textBefore(table),
    rows: layOut(lines, budget),
  };
}

const PIECES_MAX = 3;
const LEVELS_MAX = 3;
/** A sentence or two: more is no note about a table. */
const PIECE_MAX = 400;
/** Places to look at before a table: a page without end is not searched for words. */
const NODES_MAX = 20;

/** The nearest text before a table, as far as no other table stands between; from around it where it comes first there. */
function textBefore(table: Tag): string {
  let node: Node = table;
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const pieces: string[] = [];
    let before = node.prev;
    for (let count = 0; before !== null && count < NODES_MAX && pieces.length < PIECES_MAX; count += 1) {
      if (isTag(before) && tagsUnder([before], (name) => name === 'table').length > 0) break;
      const text = shown(before);
      if (text !== '') pieces.unshift(text);
      before = before.prev;
    }
    if (pieces.length > 0 || before !== null) return pieces.join('\n');
    const parent: Node['parent'] = node.parent;
    if (parent === null || parent.type !== ElementType.Tag) return '';
    node = parent;
  }
  return '';
}

function shown(node: Node): string {
  if (isTag(node)) return isUnseen(node) ? '' : textIn(node).slice(0, PIECE_MAX);
  return node.type === ElementType.Text && 'data' in node
    ? plainText(node.data.slice(0, TEXT_MAX)).slice(0, PIECE_MAX)
    : '';
}

/** A cell that reaches down: for how many more rows. */
interface Hanging {
  readonly cell: Cell;
  rows: number;
}

function layOut(lines: readonly Tag[], budget: { cells: number }): Row[] {
  let hanging = new Map<number, Hanging>();
  const rows: Row[] = [];
  for (const line of lines) {
    const cells: Cell[] = [];
    const next = new Map<number, Hanging>();
    const place = (cell: Cell, down: number) => {
      if (down > 0) next.set(cells.length, { cell: { ...cell, starts: false }, rows: down });
      cells.push(cell);
      budget.cells -= 1;
    };
    const hang = () => {
      for (let above = hanging.get(cells.length); above !== undefined; above = hanging.get(cells.length))
        place(above.cell, above.rows - 1);
    };
    for (const tag of getChildren(line).filter(isTag)) {
      const name = getName(tag);
      if ((name !== 'td' && name !== 'th') || isUnseen(tag)) continue;
      const [right, down] = [span(tag, 'colspan'), span(tag, 'rowspan')];
      const cell = { text: textIn(tag), heading: name === 'th', spans: right * down > 1, starts: true };
      for (let column = 0; column < right; column += 1) {
        hang();
        if (cells.length < COLUMNS_MAX) place(cell, down - 1);
      }
    }
    hang();
    hanging = next;
    if (budget.cells < 0) break;
    rows.push({ inHead: parentName(line) === 'thead', cells });
  }
  return rows;
}

function parentName(tag: Tag): string {
  const { parent } = tag;
  return parent !== null && parent.type === ElementType.Tag ? getName(parent as Tag) : '';
}

function span(tag: Tag, attribute: 'colspan' | 'rowspan'): number {
  const written = /^\s*(\d{1,4})/.exec(getAttributeValue(tag, attribute) ?? '')?.[1] ?? '1';
  return Math.min(SPAN_MAX, Math.max(1, Number(written)));
}

/** What a reader sees in it, a line break between what stands apart. */
function textIn(tag: Tag): string {
  let text = '';
  const waiting: (Node | '\n')[] = [...getChildren(tag)].reverse();
  for (let node = waiting.pop(); node !== undefined && text.length < TEXT_MAX; node = waiting.pop()) {
    if (node === '\n') text += node;
    else if (node.type === ElementType.Text) text += 'data' in node ? node.data.replace(/\s+/g, ' ') : '';
    else if (isTag(node) && !isUnseen(node) && getName(node) !== 'table') {
      const apart = !INLINE.has(getName(node));
      if (apart) waiting.push('\n');
      for (const child of getChildren(node).toReversed()) waiting.push(child);
      if (apart) waiting.push('\n');
    }
  }
  return plainText(text);
}
