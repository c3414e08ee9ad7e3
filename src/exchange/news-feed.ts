// The broker's news about one fund: what was created and redeemed, newest first, between news of other kinds; two pages.

import type { FundBook } from './fund-book.ts';
import type { FundRow } from './fund-rows.ts';
import { dayStartMs, moscowDay } from './moscow.ts';
import { russianDate, russianNumber, russianUnits } from './russian-number.ts';

const ITEMS = 5;
/** Items of the first page. */
const FIRST_PAGE = 3;
const CURSOR = 'eyJwYWdlIjoyfQ==';

interface Field {
  readonly name: string;
  readonly value: string;
}
interface Item {
  readonly id: number;
  readonly title: string;
  readonly body?: string;
  readonly additional_fields: readonly Field[];
}

/** The feed of a brand that nobody knows is empty, not an error. */
export function newsFeed(row: FundRow | undefined, funds: FundBook, nowMs: number, cursor: string | null) {
  const all = row === undefined ? [] : newsOf(row, funds, nowMs);
  const isFirst = cursor === null || cursor === '';
  const news = isFirst ? all.slice(0, FIRST_PAGE) : cursor === CURSOR ? all.slice(FIRST_PAGE) : [];
  return {
    payload: { news, meta: { cursor: isFirst && all.length > FIRST_PAGE ? CURSOR : null } },
    status: 'Ok',
  };
}

function newsOf({ fund }: FundRow, funds: FundBook, nowMs: number): readonly Item[] {
  const items: Item[] = [];
  let day = funds.changeDay(fund, moscowDay(nowMs));
  for (let i = 0; i < ITEMS; i += 1) {
    items.push(change(funds, fund, day));
    day = funds.changeDay(fund, day - 1);
  }
  const [first] = items;
  const chat = {
    id: (first?.id ?? 0) + 1,
    title: 'Провели ребалансировку портфеля фонда',
    additional_fields: [],
  };
  return [chat, ...items];
}

function change(funds: FundBook, fund: FundRow['fund'], day: number): Item {
  const units = funds.unitsOn(fund, day);
  const moved = units - funds.unitsOn(fund, day - 1);
  const nav = funds.navAt(fund, dayStartMs(day)) ?? 0n;
  const created = moved >= 0n;
  const size = created ? moved : -moved;
  return {
    id: day * 10,
    title: created
      ? 'В фонд поступили новые деньги, количество паёв изменилось'
      : 'Уменьшили количество паев фонда',
    body: `Общее количество паёв — ${russianUnits(units)}`,
    additional_fields: [
      { name: created ? 'Дата выдачи паев' : 'Дата погашения паев', value: russianDate(day) },
      { name: created ? 'Выдано паев' : 'Погашено паев', value: russianUnits(size) },
      { name: 'На сумму', value: `${russianNumber((size * nav) / 1_000_000n, 1)} млн ₽` },
      { name: created ? 'Всего паев' : 'Общее количество паёв', value: russianUnits(units) },
      { name: 'Цена пая', value: `${russianNumber(nav, 2)} ₽` },
    ],
  };
}
