// Text from elsewhere (names, messages of the venue) must not steer the terminal it is shown on.
// Guarantees: line breaks, tabs and colours stay; every other control character and every change of direction is shown as �.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const STEERING =
  /\u001b(?!\[[\d;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export const withoutControls = (text: string): string => text.replace(STEERING, '\ufffd');
