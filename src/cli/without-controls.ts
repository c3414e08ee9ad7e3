// Text from elsewhere (names, messages of the venue) must not steer the terminal it is shown on.
// Guarantees: line breaks and tabs stay, and the colours that this program itself uses where it uses any (others could hide
// what follows); every other control character and every change of direction becomes �.

const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
/** What paint.ts writes: bold, dim, three colours, and their ends. */
const COLOUR = /^\[(?:0|1|2|22|31|32|33|39)m/;

export const withoutControls = (text: string, coloured: boolean): string =>
  text.replace(CONTROL, (found, at: number) => (isLayout(found, text, at, coloured) ? found : '\ufffd'));

function isLayout(found: string, text: string, at: number, coloured: boolean): boolean {
  if (found === '\n' || found === '\t') return true;
  return coloured && found === '\u001b' && COLOUR.test(text.slice(at + 1, at + 16));
}
