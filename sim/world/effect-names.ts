// Names of numbered effects: what, and when. Made once each, for a run looks hundreds of them up in tables by name.

const NAMES = new Map<string, Map<string, string>>();

/** `settle before`, `PostOrder leaves`. */
export function effectName(what: string, when: string): string {
  const known = NAMES.get(what)?.get(when);
  if (known !== undefined) return known;
  const name = `${what} ${when}`;
  NAMES.set(what, (NAMES.get(what) ?? new Map<string, string>()).set(when, name));
  return name;
}
