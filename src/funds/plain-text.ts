// One form for text from pages and feeds: every kind of space is one blank, what cannot be seen is gone, a line break stays.

const UNSEEN = /[\u200b-\u200d\u2060\u00ad]/g;

/** Line breaks stay because they part what stands in one cell; blanks around them go. */
export const plainText = (text: string): string =>
  text
    .replace(UNSEEN, '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();

/** For comparing wordings: one line, lower case, ё as е. */
export const sameWords = (text: string): string =>
  plainText(text).replaceAll('\n', ' ').toLowerCase().replaceAll('ё', 'е');
