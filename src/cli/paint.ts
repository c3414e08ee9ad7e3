// Colours, only where a terminal shows them.

import { styleText } from 'node:util';

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

const plain = (text: string): string => text;
const styled =
  (style: Parameters<typeof styleText>[0]) =>
  (text: string): string =>
    styleText(style, text, { validateStream: false });

/** `enabled`: stdout is a terminal and NO_COLOR is not set. */
export const createPaint = (enabled: boolean): Paint =>
  enabled
    ? {
        good: styled('green'),
        bad: styled('red'),
        warn: styled('yellow'),
        dim: styled('dim'),
        bold: styled('bold'),
      }
    : { good: plain, bad: plain, warn: plain, dim: plain, bold: plain };
