// A source that has nothing to say, and why: a value of its own, never a zero.

export interface NoData {
  readonly kind: 'no_data';
  readonly because: string;
}

export const noData = (because: string): NoData => ({ kind: 'no_data', because });

/** Part of a text that is quoted in a message. */
export function quoted(text: string, lengthMax = 60): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > lengthMax ? `${line.slice(0, lengthMax)}…` : line);
}
