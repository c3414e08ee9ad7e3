// Text from elsewhere (names, messages of the venue) must not steer the terminal it is shown on.
// Guarantees: line breaks, tabs and colours stay; every other control character and every change of direction becomes �.

const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const COLOUR = /^\[[\d;]*m/;

export const withoutControls = (text: string): string =>
  text.replace(CONTROL, (found, at: number) => (isLayout(found, text, at) ? found : '\ufffd'));

function isLayout(found: string, text: string, at: number): boolean {
  if (found === '\n' || found === '\t') return true;
  return found === '\u001b' && COLOUR.test(text.slice(at + 1, at + 16));
}
