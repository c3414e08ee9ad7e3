// The central bank's daily rates: XML in windows-1251 with decimal commas. The rates stand still; their date is the
// venue's day.

import { isoDay, moscowDay } from './moscow.ts';

const RATES = [
  {
    id: 'R01235',
    code: 'USD',
    digits: '840',
    name: 'Доллар США',
    nominal: 1,
    value: '84,1207',
    unit: '84,1207',
  },
  { id: 'R01239', code: 'EUR', digits: '978', name: 'Евро', nominal: 1, value: '97,5530', unit: '97,553' },
  {
    id: 'R01335',
    code: 'KZT',
    digits: '398',
    name: 'Тенге',
    nominal: 100,
    value: '16,2044',
    unit: '0,162044',
  },
];

/** Bytes of the page, in windows-1251. */
export function cbrRates(nowMs: number): Uint8Array {
  const [year, month, day] = isoDay(moscowDay(nowMs)).split('-');
  const valutes = RATES.map(
    ({ id, code, digits, name, nominal, value, unit }) =>
      `<Valute ID="${id}"><NumCode>${digits}</NumCode><CharCode>${code}</CharCode><Nominal>${nominal}</Nominal>` +
      `<Name>${name}</Name><Value>${value}</Value><VunitRate>${unit}</VunitRate></Valute>`,
  );
  return windows1251(
    `<?xml version="1.0" encoding="windows-1251"?>` +
      `<ValCurs Date="${day}.${month}.${year}" name="Foreign Currency Market">${valutes.join('')}</ValCurs>`,
  );
}

const FIRST_LETTER = 0x410;
const LAST_LETTER = 0x44f;

/** ASCII and the letters from А to я, which stand there in one row. */
function windows1251(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0);
    if (code >= FIRST_LETTER && code <= LAST_LETTER) return code - FIRST_LETTER + 0xc0;
    if (code > 0x7f) throw new RangeError(`${letter} is not among the letters that this page is written in`);
    return code;
  });
}
