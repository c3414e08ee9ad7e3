// Whether the venue refuses the token, by whatever call meets it, one whose answer nobody waits for included.
// Guarantees: `onRefused` is called once per refusal: at the first refused call, and not again before a call that left
// after it was accepted, for an answer that was long on its way says nothing about now.

export interface TokenWatch {
  /** A call leaves: says how the token fared with it. Any other failure says nothing. */
  leaving(): (fared: 'accepted' | 'refused') => void;
}

export function watchToken(onRefused: () => void): TokenWatch {
  /** Numbers of calls in the order in which they left. */
  let left = 0;
  /** The last call that had left when the refusal came; `null` while the token is accepted. */
  let refusedAt: number | null = null;
  return {
    leaving() {
      left += 1;
      const number = left;
      return (fared) => {
        if (fared === 'accepted') {
          if (refusedAt !== null && number > refusedAt) refusedAt = null;
        } else if (refusedAt === null) {
          refusedAt = left;
          onRefused();
        }
      };
    },
  };
}
